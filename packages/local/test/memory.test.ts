import { join } from "node:path";
import { DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";
import { ABOUT_HEADING } from "@henji/core/context/about";
import { SUMMARY_HEADING } from "@henji/core/context/context";
import type { LoggedRequest } from "@henji/model-simulator";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Local, startLocal } from "../src/start.ts";
import { ask, nextAnswers } from "./support.ts";

const fact = "My cat is called Momo.";
const smallTalk = Array.from({ length: 298 }, (_, n) => `Message ${n + 2}: what about ${n % 7} o'clock?`);
/** Below `limits.maxUnanswered`: some may not be marked as delivered when the next ones are sent. */
const atOnce = 40;

let local: Local;
let user: string;
/** Requests for answers, in order, and the number of requests for notes. */
let asked: LoggedRequest[];
let folds: number;

beforeAll(async () => {
  local = await startLocal({ botConfig: join(import.meta.dirname, "small-window.ts") });
  user = local.line.addUser({ name: "Aki" }).userId;
  await ask(local.line, user, fact);
  for (let from = 0; from < smallTalk.length; from += atOnce) {
    await sayAll(smallTalk.slice(from, from + atOnce));
  }
  const { requests } = local.model!;
  asked = requests.filter((request) => !isFold(request));
  folds = requests.filter(isFold).length;
}, 60_000);

afterAll(() => local.stop());

/** In one webhook, a millisecond after each other. */
async function sayAll(messages: readonly string[]): Promise<void> {
  const { line } = local;
  const startedAt = Date.now();
  const answered = nextAnswers(line, user, messages.length);
  const events = messages.map((text, n) => ({ ...line.say({ from: user, text }), timestamp: startedAt + n }));
  const delivery = await line.deliver(events, { timeoutMs: 10_000 });
  expect(delivery.ok).toBe(true);
  await answered;
}

function isFold({ body }: LoggedRequest): boolean {
  return body.prompt_cache_key?.endsWith("/notes") ?? false;
}

type Input = { role: string; content: string }[];

const inputOf = ({ body }: LoggedRequest) => body.input as Input;

/** The bytes before what is told with the new message. */
function prefixOf(request: LoggedRequest): string {
  return request.raw.slice(0, request.raw.lastIndexOf(JSON.stringify(inputOf(request).at(-2))));
}

function notesOf(request: LoggedRequest): string {
  const first = inputOf(request)[0]!.content;
  return first.startsWith(SUMMARY_HEADING) ? first : "";
}

test("every message was asked about once, in order", () => {
  expect(asked.map((request) => inputOf(request).at(-1)!.content)).toEqual([fact, ...smallTalk]);
});

test("each request begins with the bytes of the one before, except after a fold", () => {
  const moves = asked.slice(1).flatMap((request, n) => {
    const before = asked[n]!;
    if (request.raw.startsWith(prefixOf(before))) return [];
    return { turn: n + 2, isFolded: notesOf(request) !== notesOf(before) };
  });
  expect(moves.filter(({ isFolded }) => !isFolded)).toEqual([]);
  expect(moves.length).toBeGreaterThan(10);
  expect(moves.length).toBeLessThanOrEqual(folds);
  expect(moves.length).toBeLessThan(asked.length / 8);
});

test("all requests of the chat go to the same prompt cache", () => {
  expect(new Set(asked.map(({ body }) => body.prompt_cache_key)).size).toBe(1);
});

test("no request grows with the history", () => {
  const tokens = asked.map(({ usage }) => usage!.input_tokens);
  expect(Math.max(...tokens.slice(150))).toBeLessThanOrEqual(Math.max(...tokens.slice(0, 150)) * 1.2);
});

test("a fact told in turn 1 can be asked for in turn 300", async () => {
  local.model!.answerWith(({ messages }) => messages.map(({ role, text }) => `${role}: ${text}`).join("\n"));
  const answer = await ask(local.line, user, "Which cat do I have?");
  local.model!.answerWith(undefined);
  const [notes = "", ...window] = inputOf(local.model!.requests.findLast((one) => !isFold(one))!);
  expect(answer).toContain(fact);
  expect(notes).toMatchObject({ role: "user", content: expect.stringContaining(`${SUMMARY_HEADING}\n`) });
  expect(notes).toMatchObject({ content: expect.stringContaining(fact) });
  expect(window.length).toBeGreaterThan(4);
  expect(JSON.stringify(window)).not.toContain(fact);
});

test("messages of the same millisecond are in the order of the queue, whatever their event ids", async () => {
  const { line } = local;
  const timestamp = Date.now();
  const texts = ["one", "two", "three", "four"];
  const events = texts.map((text, n) => {
    return {
      ...line.say({ from: user, text }),
      timestamp,
      webhookEventId: `01J00000000000000000000${9 - n}`,
    };
  });
  const answered = nextAnswers(line, user, texts.length);
  await line.deliver(events);
  await answered;
  const asked = inputOf(local.model!.requests.findLast((one) => !isFold(one))!);
  const heard = asked.filter(({ role, content }) => role === "user" && !content.startsWith(ABOUT_HEADING));
  expect(heard.slice(-4).map(({ content }) => content)).toEqual(texts);
});

test("the stand-in finds a fact of turn 1 in its notes", async () => {
  expect(await ask(local.line, user, "What is my cat called?")).toMatch(
    /My notes say: “My cat is called Momo\.”/,
  );
});

/** What the items of the days say that all chats together have used. */
async function tokensOfTheDays(): Promise<number> {
  const client = new DynamoDBClient();
  const TableName = JSON.parse(local.environment.SST_RESOURCES_JSON!).Conversations.name;
  const names = {
    ExpressionAttributeNames: { "#pk": "pk" },
    ExpressionAttributeValues: { ":total": { S: "total#" } },
  };
  const command = new ScanCommand({ TableName, FilterExpression: "begins_with(#pk, :total)", ...names });
  const { Items = [] } = await client.send(command);
  client.destroy();
  return Items.reduce((sum, { tokens }) => sum + Number(tokens?.N), 0);
}

test("the cap of the whole bot counts every token, those of the notes too", async () => {
  const used = () =>
    local.model!.requests.reduce((sum, { usage }) => {
      return sum + (usage ? usage.input_tokens + usage.output_tokens : 0);
    }, 0);
  await expect.poll(async () => (await tokensOfTheDays()) - used()).toBe(0);
  expect(used()).toBeGreaterThan(100_000);
});
