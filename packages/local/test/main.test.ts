import { existsSync, readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { expect, test } from "vitest";
import { freePorts, useNpmStart } from "./npm-start.ts";
import { viewOf } from "./page.ts";

// Windows has no signal that could be sent in place of Ctrl-C.
const testWithSignals = test.skipIf(process.platform === "win32");

const { start, at, config } = useNpmStart();

testWithSignals("it prints what runs, answers, keeps its state, and stops on Ctrl-C", async () => {
  const port = await freePorts();
  const first = start(["--port", String(port)]);
  await first.prints(/Studio +http:\/\/127\.0\.0\.1:\d+/);
  await first.prints("copy .env.example to .env, put your OpenAI key into it, and restart");
  const simulator = `http://127.0.0.1:${port + 2}/_simulator`;
  const user = await addUser(simulator, "Cho");
  await say(simulator, user, "Remember me");
  await expect.poll(() => bubbles(simulator, user)).toBe(2);
  first.child.kill("SIGINT");
  expect(await first.exit).toBe(0);

  const second = start(["--port", String(port)]);
  await second.prints("Studio");
  expect(await bubbles(simulator, user)).toBe(2);
  await say(simulator, user, "What did I say?");
  await expect.poll(() => bubbles(simulator, user)).toBe(4);
  const chat = JSON.stringify(await timeline(simulator, user));
  expect(chat.match(/Remember me/g)!.length).toBeGreaterThan(2);
});

testWithSignals(
  "while it runs, its state directory says how to reach it, and no secret but the stand-ins' own",
  async () => {
    const file = at("state", "environment");
    const key = { OPENAI_API_KEY: "sk-mine", OPENAI_BASE_URL: "http://127.0.0.1:9/v1" };
    const henji = start(["--port", String(await freePorts())], { env: { ...process.env, ...key } });
    await henji.prints("Studio");
    const text = readFileSync(file, "utf8");
    expect(text).not.toContain("sk-mine");
    const environment = parseEnv(text);
    for (const name of ["AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_SQS", "LINE_API_BASE_URL"]) {
      expect(environment[name]).toMatch(/^http:\/\/127\.0\.0\.1:/);
    }
    expect(environment.OPENAI_BASE_URL).toBe(key.OPENAI_BASE_URL);
    expect(Object.keys(JSON.parse(environment.SST_RESOURCES_JSON!))).toEqual([
      ...["App", "Ingress", "LineChannelSecret", "LineChannelAccessToken"],
      ...["EventQueue", "DeadLetterQueue", "Reminders", "Conversations"],
    ]);
    henji.child.kill("SIGTERM");
    await henji.exit;
    expect(existsSync(file)).toBe(false);
  },
);

test("--fresh erases the state of earlier runs", async () => {
  const port = await freePorts();
  const first = start(["--port", String(port)]);
  await first.prints("Studio");
  const simulator = `http://127.0.0.1:${port + 2}/_simulator`;
  await addUser(simulator, "Gone");
  first.child.kill("SIGTERM");
  await first.exit;
  await start(["--port", String(port), "--fresh"]).prints("Studio");
  expect(JSON.stringify(await (await fetch(`${simulator}/snapshot`)).json())).not.toContain("Gone");
});

test("a saved bot.config.ts is used at once; a broken one prints a line, shows in Studio, and changes nothing", async () => {
  const port = await freePorts();
  const shown = async () => (await viewOf(`http://127.0.0.1:${port}`)).info.botConfigError;
  const henji = start(["--port", String(port), "--config", config()]);
  await henji.prints("Studio");
  config((text) => text.replace("maxTurns: 60", "maxTurns: 50"));
  await henji.prints("bot.config.ts reloaded");
  config((text) => text.replace("maxTurns: 60", 'maxTurns: "many"'));
  await henji.prints(
    /bot\.config\.ts: memory\.maxTurns: .*expected number.*; the last good one stays in use/,
  );
  config((text) => `${text}}`);
  await henji.prints(/bot\.config\.ts:\d+:1: Expression expected at `}`; the last good one stays in use/);
  expect(await shown()).toMatch(/^bot\.config\.ts:\d+:1: Expression expected at `}`$/);
  config();
  await expect.poll(shown, { timeout: 60_000 }).toBeUndefined();
});

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
