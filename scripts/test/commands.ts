import { type Document, documents } from "./documents.ts";

export type Command = {
  line: string;
  page: string;
  /** In a block of this language: `sh`, or `sh aws` for what needs an AWS account. Without it, in the text. */
  block?: string;
};

/** Pages that show what to type today. The changelog and the decisions tell of other days. */
const read = documents.filter(({ path }) => !/^(CHANGELOG\.md|docs\/decisions\/.*)$/.test(path));

export const pages = new Map(read.map((document) => [document.path, document]));

/** Everything that the pages have to type. */
export const commands: readonly Command[] = read.flatMap(commandsOf);

function commandsOf({ path: page, blocks, spans }: Document): Command[] {
  return [
    ...blocks.flatMap(({ language, text }) =>
      /^sh( |$)/.test(language) ? linesOf(text).map((line) => ({ line, page, block: language })) : [],
    ),
    ...spans
      .filter((span) => /^(npm|npx|node|sst|aws|curl|apt-get) [\w<-]/.test(withoutVariables(span)))
      .map((line) => ({ line, page })),
  ];
}

/** Lines of a shell: with their continuations, without comments, and one for each command of `a && b`. */
export function linesOf(block: string): string[] {
  return block
    .replace(/\\\n\s*/g, "")
    .split("\n")
    .map((line) => line.replace(/(^|\s+)# .*$/, "").trim())
    .filter((line) => line !== "")
    .flatMap((line) => (line.startsWith("npm ") ? line.split(" && ") : [line]));
}

/** What only works with an AWS account; in a block, it must be one of `sh aws`. */
export function needsAccount(line: string): boolean {
  return /^(npx sst|sst|aws|npm run (deploy|dev))\b/.test(withoutVariables(line));
}

/** A command without what it sets for itself, such as `SEED=2`. */
export function withoutVariables(line: string): string {
  return line.replace(/^(\w+=('[^']*'|\S+) )+/, "");
}

/** Which tests run which commands. Placeholders and numbers may differ there. */
export const runBy: Record<string, readonly (string | RegExp)[]> = {
  ".github/workflows/test.yml": ["npm ci", "npm install -g npm@11", "npm start", "npm test"],
  // It demands that for every command of docs/operate.md.
  "packages/operator/test/operate-page.test.ts": [
    /^npm run henji( |$)/,
    /^node packages\/operator\/src\/main\.ts /,
  ],
  "packages/local/test/main.test.ts": ["npm start -- --fresh"],
  "packages/line-simulator/test/package.test.ts": [
    "npm run build -w @henji/line-simulator",
    "npm pack ./packages/line-simulator/dist",
    "npm install --save-dev ../henji/henji-line-simulator-0.1.0.tgz",
    /^npx line-simulator --webhook /,
  ],
  "packages/simulation/test/simulation.test.ts": ["npm run simulate -- --seeds 20000"],
  "packages/simulation/test/mutations.test.ts": ["npm run simulate -- --mutations"],
  "packages/simulation/test/load.test.ts": [
    "npm run simulate -- --load",
    /^npm run simulate -- --load --users \d+ --peak \w+ --workers \d+ --tier \w+ --svg \S+$/,
  ],
  "scripts/test/examples.test.ts": [
    // Whole blocks, with these commands in them.
    /^(curl|LINE=|TARO=|WEBHOOK=|WHO=|BODY=|SIGNATURE=)/,
    "npx node packages/model-simulator/src/main.ts --port 8790",
    "export OPENAI_BASE_URL=http://127.0.0.1:8790/v1 OPENAI_API_KEY=simulated",
    "npm run simulate",
    /^npm run simulate -- --(seed|scenario|list)\b/,
    /^npx vitest /,
  ],
  // They are steps of `npm test`.
  "package.json": ["npm run check", "npm run check:structure"],
};

/** Only part of what somebody would type, or not a command of this repository. */
export const noCommands = [
  ...["npm start --", "npm install", "npx node <file>", "sleep 2"],
  "apt-get install chromium fonts-noto-cjk fonts-noto-color-emoji",
];
