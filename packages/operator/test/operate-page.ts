import { globSync, readFileSync } from "node:fs";
import { resolve } from "node:path";

export const root = resolve(import.meta.dirname, "../../..");
const page = readFileSync(resolve(root, "docs/operate.md"), "utf8");

/** Headings of the page, without their marks. */
export const headings = [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading!);

/** What stands first in the tables of reason codes. */
export const documentedCodes = [...sectionOf("Reason codes").matchAll(/^\| `([\w.]+)` \|/gm)].map(
  ([, code]) => code!,
);

/** Commands that are marked as needing an account: in blocks `sh aws`. */
export const marked = linesOf("sh aws");

/** All others: in blocks, and in the text. */
export const unmarked = [...new Set([...linesOf("sh"), ...linesOfText()])].filter(
  (line) => !marked.includes(line),
);

/** Names of the alarms in `stacks/`. */
export const alarms = sources("stacks/alarms/*.ts").flatMap((source) =>
  [...source.matchAll(/\balarm\("(\w+)"/g)].map(([, name]) => name!),
);

/** Codes of all errors that core makes, and of letters that have none. */
export const codes = new Set(
  sources("packages/core/src/**/*.ts").flatMap((source) => [
    // Of whom a request for them got no answer from.
    ...[...source.matchAll(/\bcode: "(\w+)", called: /g)].flatMap(([, name]) => [
      `${name}.unreachable`,
      `${name}.timeout`,
    ]),
    ...[
      ...source.matchAll(
        /(?<![.\w])(?:BotError|PaidError|super|error|refused)\(([^,)]*)|reason\?\.code \?\? ([^;]*);/g,
      ),
    ].flatMap(([, first, other]) => [...(first ?? other)!.matchAll(/"([\w.]+)"/g)].map(([, code]) => code!)),
  ]),
);

function sources(pattern: string): string[] {
  return globSync(pattern, { cwd: root }).map((file) => readFileSync(resolve(root, file), "utf8"));
}

function sectionOf(heading: string): string {
  const [, after = ""] = page.split(`\n## ${heading}\n`);
  return after.split("\n## ")[0]!;
}

function linesOf(info: string): string[] {
  const blocks = page.matchAll(new RegExp(`^ *\`\`\`${info}\n([\\s\\S]*?)\n *\`\`\`$`, "gm"));
  return [...blocks].flatMap(([, block]) => block!.split("\n").map((line) => line.trim()));
}

/** What stands in the text and begins like something to type. */
function linesOfText(): string[] {
  const text = page.replace(/^ *```[\s\S]*?^ *```$/gm, "");
  return [...text.matchAll(/`((?:npm|npx|node|aws|sst|\w+=\S+) [^`]+)`/g)].map(([, command]) => command!);
}
