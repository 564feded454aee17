import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseEnv } from "node:util";
import { build } from "esbuild";
import { afterEach, expect, test, vi } from "vitest";
import { readOpenAi } from "../src/openai-environment.ts";
import { startLocal } from "../src/start.ts";
import { useDirectory } from "./directory.ts";

const root = resolve(import.meta.dirname, "../../..");
const example = readFileSync(join(root, ".env.example"), "utf8");
const directory = useDirectory("test");

afterEach(() => vi.unstubAllEnvs());

/** The code that `npm start` runs: our own files that are imported from these, however far. */
async function filesOf(...entryPoints: string[]): Promise<string[]> {
  const { metafile } = await build({
    ...{ entryPoints, absWorkingDir: root, outdir: "dist", write: false, metafile: true },
    ...{ bundle: true, platform: "node", format: "esm", logLevel: "error" },
    plugins: [
      {
        name: "own",
        setup: ({ onResolve }) =>
          onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
            path.startsWith("@henji/") || kind === "entry-point" ? undefined : { path, external: true },
          ),
      },
    ],
  });
  return Object.keys(metafile.inputs);
}

/** The environment variables that a file reads. */
function namesIn(file: string): string[] {
  const text = readFileSync(join(root, file), "utf8");
  const taken = [...text.matchAll(/\{([^{}]*)\}\s*=\s*process\.env\b/g)].map(([, names]) => names!).join();
  return [
    ...[...text.matchAll(/(?<!delete )process\.env\.([A-Z_]+)/g)].map(([, name]) => name!),
    ...[...taken.matchAll(/\b[A-Z][A-Z_]+\b/g)].map(([name]) => name),
  ];
}

test(".env.example has every variable that npm start reads and does not set itself", async () => {
  // With all that it can start.
  const local = await startLocal({ botConfig: join(import.meta.dirname, "slack.config.ts") });
  const isSet = (name: string) => name in local.environment;
  await local.stop();
  const files = await filesOf("packages/local/src/main.ts", "packages/local/src/worker-thread.ts");
  const read = files.flatMap((file) =>
    namesIn(file).filter((name) => file.endsWith("/openai-environment.ts") || !isSet(name)),
  );
  expect(read).toContain("OPENAI_API_KEY");
  const named = [...example.matchAll(/^(?:# )?([A-Z_]+)=/gm)].map(([, name]) => name!);
  expect(named.toSorted()).toEqual([...new Set(read)].toSorted());
});

test("a copy of .env.example that was not filled in sets nothing", () => {
  expect(Object.values(parseEnv(example)).join("")).toBe("");
  vi.stubEnv("OPENAI_API_KEY", undefined);
  vi.stubEnv("OPENAI_BASE_URL", undefined);
  writeFileSync(join(directory.path, ".env"), example);
  expect(readOpenAi(directory.path)).toBeUndefined();
});

test("the environment goes before the file, and a URL that is set to nothing is OpenAI's own", () => {
  vi.stubEnv("OPENAI_API_KEY", "sk-mine");
  vi.stubEnv("OPENAI_BASE_URL", "");
  writeFileSync(join(directory.path, ".env"), "OPENAI_API_KEY=sk-of-the-file\n");
  expect(readOpenAi(directory.path)).toEqual({ apiKey: "sk-mine", baseUrl: undefined });
});
