import { type LogEntry, logChannel } from "@henji/core/log";
import { createLineSimulator, type LineSimulator, type MessageEvent } from "@henji/line-simulator";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Answers, type AnswersOptions, textOf, watchAnswers } from "../src/answers.ts";

let line: LineSimulator;
let aki: string;
let answers: Answers;
/** What the bot does when a webhook comes; the test logs in place of a worker. */
let onWebhook: () => Response;

beforeEach(() => {
  vi.useFakeTimers();
  onWebhook = () => new Response();
  const channel = { channelSecret: "secret", channelAccessToken: "token", webhookUrl: "http://bot.test/" };
  line = createLineSimulator({ ...channel, fetch: async () => onWebhook() });
  aki = line.addUser({ name: "Aki" }).userId;
});

afterEach(() => {
  answers.stop();
  vi.useRealTimers();
});

function watch(options: Partial<AnswersOptions> = {}): Answers {
  answers = watchAnswers({ line, timeoutMs: 60_000, ...options });
  return answers;
}

const say = (text = "Hello") => line.say({ from: aki, text });

function log(event: MessageEvent, name: string, fields: Partial<LogEntry> = {}): void {
  const at = new Date().toISOString();
  logChannel.publish({ level: "info", name, at, eventId: event.webhookEventId, chat: "aki", ...fields });
}

async function reply({ replyToken }: MessageEvent, ...texts: string[]): Promise<void> {
  const headers = { authorization: "Bearer token", "content-type": "application/json" };
  const body = JSON.stringify({ replyToken, messages: texts.map((text) => ({ type: "text", text })) });
  const request = new Request("https://api.line.me/v2/bot/message/reply", { method: "POST", headers, body });
  expect((await line.fetch(request)).status).toBe(200);
}

test("all messages of an answer are waited for, and no other event's are among them", async () => {
  const [first, second] = [say("1"), say("2")];
  const answered = watch().answersTo(second);
  await reply(first, "to 1");
  log(first, "turn.delivered");
  await reply(second, "to 2", "more");
  log(second, "turn.delivered");
  expect((await answered).map(textOf)).toEqual(["to 2", "more"]);
});

test("an event that gets no answer ends with none", async () => {
  const event = say();
  const answered = watch().answersTo(event);
  log(event, "event.ignored", { type: "message/text" });
  expect(await answered).toEqual([]);
});

test("after a message was parked, its apology is waited for", async () => {
  const event = say();
  const answered = watch({ isIdle: async () => false }).answersTo(event);
  log(event, "job.parked", { code: "model.rejected" });
  await vi.advanceTimersByTimeAsync(1_000);
  await reply(event, "Sorry.");
  await vi.advanceTimersByTimeAsync(1_000);
  expect((await answered).map(textOf)).toEqual(["Sorry."]);
});

test("a parked message without an apology ends when the worker is idle, or says that it could not send it", async () => {
  let idle = false;
  const [first, second] = [say("1"), say("2")];
  const answered = watch({ isIdle: async () => idle }).answersTo(first, second);
  log(first, "job.parked", { code: "model.rejected" });
  log(first, "apology.not_sent", { level: "warn", code: "line.unavailable" });
  log(second, "job.parked", { code: "model.rejected" });
  await vi.advanceTimersByTimeAsync(1_000);
  idle = true;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await answered).toEqual([]);
});

test("when the time is up, the error says what was waited for and how far it came", async () => {
  const event = say();
  const answered = watch().answersTo(event).catch(String);
  log(event, "event.queued");
  log(event, "turn.claimed", { attempts: 1, turns: 0 });
  log(event, "job.retry", { level: "warn", code: "model.unavailable", reason: "OpenAI answered 503" });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await answered).toBe(
    "Error: The bot was not done with “Hello” within 60 s. So far: queued → claimed → retried (model.unavailable: OpenAI answered 503)",
  );
});

test("a webhook that is not accepted is an error at once", async () => {
  onWebhook = () => new Response(null, { status: 503 });
  await expect(watch().answersTo(say("1"), line.follow({ from: aki }))).rejects.toThrow(
    "The webhook with “1” and follow was answered 503",
  );
});

test("what the bot sends besides texts has a name", () => {
  const entry = { by: "push", messageId: "1", at: 0, requestId: "1" } as const;
  expect(textOf({ ...entry, message: { type: "flex", altText: "A menu" } })).toBe("A menu");
  expect(textOf({ ...entry, message: { type: "sticker" } })).toBe("[sticker]");
});
