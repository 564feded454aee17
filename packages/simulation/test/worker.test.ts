import { BotError } from "@henji/core/error";
import { createLog } from "@henji/core/log";
import type { Model } from "@henji/core/model/model";
import { encodeJob } from "@henji/core/queue/job";
import type { Incoming } from "@henji/core/queue/sqs";
import { maxEventAgeMs, replyHold, worker as settings } from "@henji/core/settings";
import { createWorker } from "@henji/core/worker";
import { beforeEach, expect, test } from "vitest";
import bot from "../../../bot.config.ts";
import {
  createMemoryLine,
  createMemoryModel,
  createMemoryQueue,
  createMemoryTable,
  createScheduler,
} from "../src/index.ts";

const start = 1_800_000_000_000;

let world: ReturnType<typeof createWorld>;
beforeEach(() => {
  world = createWorld();
});

/** The real worker between platforms in memory, in virtual time. */
function createWorld() {
  const scheduler = createScheduler(start);
  const queue = createMemoryQueue({ clock: scheduler });
  const line = createMemoryLine({ clock: scheduler });
  const table = createMemoryTable();
  const lines: string[] = [];
  const asked: string[] = [];
  let events = 0;

  const model = createMemoryModel({ onAsk: (question) => void asked.push(question) });
  const worker = (overrides: { model?: Model; line?: typeof line.line } = {}) =>
    createWorker({
      ...{ bot, ...table, model, summarizer: model, line: line.line, inbox: queue.inbox, clock: scheduler },
      identitySecret: "secret",
      newOwner: () => `owner ${Math.random()}`,
      random: () => 0,
      log: createLog({ write: (entry) => lines.push(JSON.parse(entry).name) }),
      ...overrides,
    });

  return {
    ...{ scheduler, queue, line, lines, asked, worker },
    say(userId: string, text: string, sentAt = scheduler.now()): void {
      events += 1;
      const replyToken = `token ${events}`;
      line.giveToken(replyToken, userId, 60_000);
      const event = {
        type: "message",
        webhookEventId: `E${events}`,
        timestamp: sentAt,
        replyToken,
        source: { type: "user", userId },
        message: { type: "text", id: String(events), text },
      };
      const body = encodeJob({ version: 1, event, receivedAt: scheduler.now() });
      queue.main.send({ chatId: userId, deduplicationId: event.webhookEventId, body });
    },
    /** Runs a batch of what is on the queue, for as long as virtual time is given. */
    async run(work: ReturnType<typeof worker>, forMs: number): Promise<string[] | "still running"> {
      const batch: Incoming[] = queue.receive(settings.batchSize);
      let result: string[] | "still running" = "still running";
      void work(batch, scheduler.now() + settings.timeoutS * 1000).then((failed) => {
        result = failed;
      });
      await scheduler.run(scheduler.now() + forMs, () => false);
      return result;
    },
    sent: () => line.sent.map(({ chatId, by, messages }) => `${chatId} ${by}: ${messages[0]?.text}`),
  };
}

test("a chat that is done is freed while a slow one of its batch still waits", async () => {
  world.say("slow", "Think hard");
  world.say("quick", "Hello");
  const never: Model = {
    ask: (context, options) =>
      context.input.at(-1)?.content === "Think hard"
        ? new Promise(() => {})
        : createMemoryModel().ask(context, options),
  };
  expect(await world.run(world.worker({ model: never }), 2_000)).toBe("still running");
  expect(world.queue.main.messages().map(({ chatId }) => chatId)).toEqual(["slow"]);
});

test("a message older than a day is acknowledged without an answer", async () => {
  world.say("late", "Anybody there?", start - maxEventAgeMs - 1);
  expect(await world.run(world.worker(), 2_000)).toEqual([]);
  expect(world.lines).toEqual(["event.too_old"]);
  expect([world.asked, world.sent()]).toEqual([[], []]);
});

test("a worker that dies between storing a reply and sending it delivers it half a minute later, for free", async () => {
  world.say("U1", "Hello");
  const dying = { ...world.line.line, reply: () => new Promise<never>(() => {}) };
  expect(await world.run(world.worker({ line: dying }), replyHold.visibilityS * 1000 + 100)).toBe(
    "still running",
  );
  expect(world.sent()).toEqual([]);
  expect(await world.run(world.worker(), 2_000)).toEqual([]);
  expect(world.sent()).toEqual(["U1 reply: You said: Hello"]);
  expect(world.asked).toEqual(["Hello"]);
});

test("a worker that dies after sending a reply sends nothing more", async () => {
  world.say("U1", "Hello");
  const { line } = world.line;
  const dying: typeof line = {
    ...line,
    async reply(token, messages) {
      await line.reply(token, messages);
      return new Promise<never>(() => {});
    },
  };
  await world.run(world.worker({ line: dying }), replyHold.visibilityS * 1000 + 100);
  expect(await world.run(world.worker(), 2_000)).toEqual([]);
  expect(world.sent()).toEqual(["U1 reply: You said: Hello"]);
  expect(world.lines).toContain("turn.delivered");
});

test("nobody is sent an apology for an answer that may have arrived", async () => {
  world.say("U1", "Hello");
  const { line } = world.line;
  let replies = 0;
  const lossy: typeof line = {
    ...line,
    async reply(token, messages) {
      replies += 1;
      await line.reply(token, messages);
      if (replies > 2) throw new BotError("line.unauthorized", "LINE answered 401", { retry: "never" });
      throw new BotError("line.timeout", "LINE did not answer", { retry: "later", outcome: "unknown" });
    },
  };
  for (let attempt = 0; attempt < 3; attempt += 1) await world.run(world.worker({ line: lossy }), 10_000);
  expect(world.lines).toContain("job.parked");
  expect(world.sent()).toEqual(["U1 reply: You said: Hello"]);
});
