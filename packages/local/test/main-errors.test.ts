import { chmodSync, mkdirSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { listen } from "@henji/loopback";
import { expect, test } from "vitest";
import { freePorts, useNpmStart } from "./npm-start.ts";

const { start, at, config } = useNpmStart();

/** Waits until a process has failed, with one line printed. */
async function expectLine(henji: ReturnType<typeof start>, line: RegExp) {
  expect(await henji.exit).toBe(1);
  expect(henji.output()).toMatch(line);
  expect(henji.output().trim().split("\n")).toHaveLength(1);
}

test.each<[string, () => string[], RegExp]>([
  ["an unknown option", () => ["--prot", "1"], /^Unknown option '--prot': see .*--help/],
  [
    "a syntax error in bot.config.ts",
    () => ["--config", config((text) => text.replace("maxTurns: 60", "maxTurns; 60"))],
    /^bot\.config\.ts:\d+:13: Expected ',', got ';' at `maxTurns; 60,`/,
  ],
  [
    "an undefined name in bot.config.ts",
    () => ["--config", config((text) => text.replace('"gpt-6-luna"', "luna"))],
    /^bot\.config\.ts:\d+:11: luna is not defined at `name: luna,`/,
  ],
  [
    "a missing import in bot.config.ts",
    () => ["--config", config((text) => `import "./persona.ts";\n${text}`)],
    /^bot\.config\.ts: Cannot find module '.*persona\.ts'/,
  ],
  [
    "a bot.config.ts without a default export",
    () => ["--config", config((text) => text.replace("export default", "export const bot ="))],
    /^bot\.config\.ts: nothing is exported by default: .*export default defineBot/,
  ],
  [
    "an unknown setting in bot.config.ts",
    () => ["--config", config((text) => text.replace("delivery:", "delivry:"))],
    /^bot\.config\.ts: delivry: unknown; did you mean delivery\?$/m,
  ],
  [
    "a state directory that is a file",
    () => ["--state", config()],
    /^--state: a file, not a directory, is .*--state <dir>/,
  ],
  [
    "a state directory under a file",
    () => ["--state", join(config(), "state")],
    /^--state: a file, not a directory, is above .*--state <dir>/,
  ],
])("%s is one clear line", async (_what, args, line) => {
  await expectLine(start(["--port", String(await freePorts()), ...args()]), line);
});

test("a port in use is one clear line", async () => {
  const other = await listen(createServer(), 0);
  const first = Number(new URL(other.url).port) - 3;
  await expectLine(start(["--port", String(first)]), /^Port \d+.* is in use: .*--port 5000/);
  await other.close();
});

test.skipIf(process.platform === "win32")(
  "a state directory without permission is one clear line",
  async () => {
    const locked = at("locked");
    mkdirSync(locked, { mode: 0o500 });
    chmodSync(at(), 0o755);
    // Root may write anywhere.
    const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
    await expectLine(
      start(["--state", join(locked, "state")], user),
      /^--state: there is no permission to write to .*locked.*--state <dir>\n$/,
    );
  },
);

test("a state directory in use is one clear line", async () => {
  await start(["--port", String(await freePorts())]).prints("Studio");
  await expectLine(
    start(["--port", String(await freePorts())]),
    /is in use by another Henji \(process \d+\).*--state/,
  );
});

test("OPENAI_BASE_URL without a key is one clear line", async () => {
  const env = { ...process.env, OPENAI_API_KEY: "", OPENAI_BASE_URL: "http://127.0.0.1:9/v1" };
  await expectLine(start([], { env }), /^OPENAI_BASE_URL is set but OPENAI_API_KEY is not/);
});
