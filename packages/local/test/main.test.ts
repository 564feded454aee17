import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseEnv } from "node:util";
import { listen } from "@henji/loopback";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { View } from "../src/studio-view.ts";

const main = resolve(import.meta.dirname, "../src/main.ts");
const shippedConfig = resolve(import.meta.dirname, "../../../bot.config.ts");

let directory: string;
let running: ChildProcess[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "henji-main-"));
  running = [];
});

afterEach(() => {
  for (const child of running) child.kill("SIGKILL");
  rmSync(directory, { recursive: true, force: true });
});

/** `npm start` as a process of its own; `says` waits until it has printed something. */
function start(...args: string[]) {
  const child = spawn(process.execPath, [main, "--state", join(directory, "state"), ...args], {
    env: { ...process.env, OPENAI_API_KEY: "", OPENAI_BASE_URL: "" },
  });
  running.push(child);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
  const exit = once(child, "exit").then(([code]) => code as number);
  const says = (text: string | RegExp) => expect.poll(() => output).toMatch(text);
  return { child, exit, says, output: () => output };
}

/** Below those that Linux hands out by itself, and not where another process of tests begins to look. */
let nextPort = 20_000 + (process.pid % 1_000) * 10;

/** Six ports in a row that are free now. */
async function freePorts(): Promise<number> {
  for (;;) {
    const first = nextPort;
    nextPort += 10;
    const servers = await Promise.allSettled(
      Array.from({ length: 6 }, (_, n) => listen(createServer(), first + n)),
    );
    await Promise.all(servers.map((server) => server.status === "fulfilled" && close(server.value)));
    if (servers.every(({ status }) => status === "fulfilled")) return first;
  }
}

const close = (server: { close(): Promise<void> }) => server.close();

/** A bot.config.ts somewhere else, so that the project's own is left alone. */
function config(change: (text: string) => string): string {
  const file = join(directory, "bot.config.ts");
  const core = resolve(import.meta.dirname, "../../core/src/bot/bot.ts");
  writeFileSync(file, change(readFileSync(shippedConfig, "utf8").replace("@henji/core/bot", core)));
  return file;
}

test("it says what runs, answers, keeps its state, and stops on Ctrl-C", async () => {
  const port = await freePorts();
  const first = start("--port", String(port));
  await first.says(/Studio +http:\/\/127\.0\.0\.1:\d+/);
  await first.says("stand-in: set OPENAI_API_KEY");
  const simulator = `http://127.0.0.1:${port + 2}/_simulator`;
  const user = await addUser(simulator, "Cho");
  await say(simulator, user, "Remember me");
  await expect.poll(() => bubbles(simulator, user)).toBe(2);
  first.child.kill("SIGINT");
  expect(await first.exit).toBe(0);

  const second = start("--port", String(port));
  await second.says("Studio");
  expect(await bubbles(simulator, user)).toBe(2);
  await say(simulator, user, "What did I say?");
  await expect.poll(() => bubbles(simulator, user)).toBe(4);
  const chat = JSON.stringify(await timeline(simulator, user));
  expect(chat.match(/Remember me/g)!.length).toBeGreaterThan(2);
});

test("while it runs, its state directory says how to reach its table and queues, and no secret", async () => {
  const file = join(directory, "state", "environment");
  const henji = start("--port", String(await freePorts()));
  await henji.says("Studio");
  const environment = parseEnv(readFileSync(file, "utf8"));
  expect(environment.AWS_ENDPOINT_URL_DYNAMODB).toMatch(/^http:\/\/127\.0\.0\.1:/);
  expect(Object.keys(JSON.parse(environment.SST_RESOURCES_JSON!))).toEqual([
    ...["App", "EventQueue", "DeadLetterQueue", "Conversations"],
  ]);
  henji.child.kill("SIGTERM");
  await henji.exit;
  expect(existsSync(file)).toBe(false);
});

test("--fresh forgets what earlier runs left", async () => {
  const port = String(await freePorts());
  const first = start("--port", port);
  await first.says("Studio");
  const simulator = `http://127.0.0.1:${Number(port) + 2}/_simulator`;
  await addUser(simulator, "Gone");
  first.child.kill("SIGTERM");
  await first.exit;
  await start("--port", port, "--fresh").says("Studio");
  expect(JSON.stringify(await (await fetch(`${simulator}/snapshot`)).json())).not.toContain("Gone");
});

test("a saved bot.config.ts is in use at once; a broken one costs a line, which Studio shows, and changes nothing", async () => {
  const file = config((text) => text);
  const port = await freePorts();
  const shown = async () => (await viewOf(`http://127.0.0.1:${port}`)).info.botConfigError;
  const henji = start("--port", String(port), "--config", file);
  await henji.says("Studio");
  config((text) => text.replace("maxTurns: 60", "maxTurns: 50"));
  await henji.says("bot.config.ts reloaded");
  config((text) => text.replace("maxTurns: 60", 'maxTurns: "many"'));
  await henji.says(/bot\.config\.ts: memory\.maxTurns: .*expected number.*; the last good one stays in use/);
  config((text) => `${text}}`);
  await henji.says(/bot\.config\.ts:\d+:1: Expression expected at `}`; the last good one stays in use/);
  expect(await shown()).toMatch(/^bot\.config\.ts:\d+:1: Expression expected at `}`$/);
  config((text) => text);
  await expect.poll(shown, { timeout: 10_000 }).toBeUndefined();
});

test.each([
  [
    "a port in use",
    async (port: number) => ["--port", String(port - 3)],
    /^Port \d+.* is in use: .*--port 5000/,
  ],
  ["an unknown option", async () => ["--prot", "1"], /^Unknown option '--prot': see .*--help/],
  [
    "a mistake of syntax in bot.config.ts",
    async () => ["--config", config((text) => text.replace("maxTurns: 60", "maxTurns; 60"))],
    /^bot\.config\.ts:\d+:13: Expected ',', got ';' at `maxTurns; 60,`/,
  ],
  [
    "a name that bot.config.ts does not know",
    async () => ["--config", config((text) => text.replace('"gpt-6-luna"', "luna"))],
    /^bot\.config\.ts:\d+:11: luna is not defined at `name: luna,`/,
  ],
  [
    "a bot.config.ts that imports what is not there",
    async () => ["--config", config((text) => `import "./persona.ts";\n${text}`)],
    /^bot\.config\.ts: Cannot find module '.*persona\.ts'/,
  ],
  [
    "a bot.config.ts without a default export",
    async () => ["--config", config((text) => text.replace("export default", "export const bot ="))],
    /^bot\.config\.ts: nothing is exported by default: .*export default defineBot/,
  ],
  [
    "a mistake in bot.config.ts",
    async () => ["--config", config((text) => text.replace("delivery:", "delivry:"))],
    /^bot\.config\.ts: delivry: unknown; did you mean delivery\?$/m,
  ],
])("%s is one clear line", async (_what, args, line) => {
  const taken = await listen(createServer(), 0);
  const port = Number(new URL(taken.url).port);
  const henji = start("--port", String(await freePorts()), ...(await args(port)));
  expect(await henji.exit).toBe(1);
  expect(henji.output()).toMatch(line);
  expect(henji.output().trim().split("\n")).toHaveLength(1);
  await taken.close();
});

test.each([
  ["that is a file", () => config((text) => text), /^--state: a file, not a directory, is .*--state <dir>/],
  [
    "under a file",
    () =>
      join(
        config((text) => text),
        "state",
      ),
    /^--state: a file, not a directory, is above .*--state <dir>/,
  ],
])("a state directory %s is one clear line", async (_what, state, line) => {
  const henji = start("--state", state());
  expect(await henji.exit).toBe(1);
  expect(henji.output()).toMatch(line);
  expect(henji.output().trim().split("\n")).toHaveLength(1);
});

test.skipIf(process.platform === "win32")(
  "a state directory without permission is one clear line",
  async () => {
    const locked = join(directory, "locked");
    mkdirSync(locked, { mode: 0o500 });
    chmodSync(directory, 0o755);
    // Root may write anywhere.
    const options = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
    const child = spawn(process.execPath, [main, "--state", join(locked, "state")], options);
    running.push(child);
    let output = "";
    child.stderr.on("data", (chunk) => (output += chunk));
    await once(child, "exit");
    expect(output).toMatch(/^--state: there is no permission to write to .*locked.*--state <dir>\n$/);
  },
);

test("a state directory in use is one clear line", async () => {
  const first = start("--port", String(await freePorts()));
  await first.says("Studio");
  const second = start("--port", String(await freePorts()));
  expect(await second.exit).toBe(1);
  expect(second.output()).toMatch(/is in use by another Henji \(process \d+\).*--state/);
});

test("OPENAI_BASE_URL without a key is one clear line", async () => {
  const child = spawn(process.execPath, [main], {
    env: { ...process.env, OPENAI_API_KEY: "", OPENAI_BASE_URL: "http://127.0.0.1:9/v1" },
  });
  running.push(child);
  let output = "";
  child.stderr.on("data", (chunk) => (output += chunk));
  await once(child, "exit");
  expect(output).toMatch(/^OPENAI_BASE_URL is set but OPENAI_API_KEY is not/);
});

/** All that a page of Studio shows when it opens. */
async function viewOf(studio: string): Promise<View> {
  const { body } = await fetch(`${studio}/api/events`);
  let text = "";
  for await (const chunk of body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const view = /^event: view\ndata: (.*)\n$/m.exec(text);
    if (view) return JSON.parse(view[1]!);
  }
  throw new Error("Studio told nothing");
}

async function say(simulator: string, from: string, text: string) {
  await fetch(`${simulator}/say`, { method: "POST", body: JSON.stringify({ from, text }) });
}

async function addUser(simulator: string, name: string): Promise<string> {
  const response = await fetch(`${simulator}/users`, { method: "POST", body: JSON.stringify({ name }) });
  return ((await response.json()) as { userId: string }).userId;
}

async function timeline(simulator: string, chatId: string): Promise<unknown[]> {
  return (await fetch(`${simulator}/timeline/${chatId}`)).json() as Promise<unknown[]>;
}

async function bubbles(simulator: string, chatId: string): Promise<number> {
  return (await timeline(simulator, chatId)).length;
}
