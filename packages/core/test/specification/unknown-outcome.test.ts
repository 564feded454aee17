import { defineBot } from "@henji/core/bot";
import { replayOf } from "@henji/core/dead-letter/replay";
import { BotError } from "@henji/core/error";
import type { Line } from "@henji/core/platform/line/api";
import { replyTokenFreshMs, retryKeyGoodMs } from "@henji/core/settings";
import { guarded } from "@henji/core/table";
import { beforeEach, expect, test } from "vitest";
import { createWorld, plainBot, type World } from "./world.ts";

let world: World;
beforeEach(() => {
  world = createWorld();
});

const letters = () => world.queue.deadLetters.messages().map(({ reason }) => reason?.code);
const wait = (ms: number) => world.scheduler.run(world.scheduler.now() + ms, () => false);
/** Fails as any call to DynamoDB does that got no response. */
const unavailable = () => guarded<never>(() => Promise.reject(new Error("a lost response")));

/** A LINE that accepts no reply. */
const refusing = (): Line => ({
  ...world.line.line,
  reply: async () => ({ outcome: "invalid_reply_token", requestId: "r1" }),
});

/** Fails the first call, and passes all others through. */
function failsOnce<A extends unknown[], T>(call: (...args: A) => Promise<T>): (...args: A) => Promise<T> {
  let hasFailed = false;
  return async (...args) => {
    if (hasFailed) return call(...args);
    hasFailed = true;
    return unavailable();
  };
}

async function drain(line?: Line): Promise<void> {
  while (world.queue.main.messages().length > 0) await world.run(world.worker(line && { line }), 10_000);
}

test("if the switch to push cannot be recorded, the answer is retried and pushed", async () => {
  world.turns.usePush = failsOnce(world.turns.usePush);
  world.say("U1", "Hello");
  await drain(refusing());
  expect(world.sent()).toEqual(["U1 push: You said: Hello"]);
  expect(letters()).toEqual([]);
});

test("if the repeated turn cannot be dropped, the answer is retried and pushed", async () => {
  await world.talk("U1", "Hello");
  world.turns.supersede = failsOnce(world.turns.supersede);
  world.say("U1", "/retry");
  await wait(replyTokenFreshMs - 2_000);
  await drain(refusing());
  expect(world.newest()).toBe("U1 push: You said: Hello");
  expect(letters()).toEqual([]);
});

const unreachable = async () => {
  throw new BotError("line.unreachable", "LINE could not be reached: ECONNREFUSED", { retry: "later" });
};

test("a stored answer that never reached LINE is pushed, even after a crash", async () => {
  world.say("U1", "Hello");
  const dying = world.worker({ model: { ask: () => new Promise(() => {}) } });
  await world.crash(dying);
  const line: Line = { ...world.line.line, reply: unreachable, push: unreachable };
  await world.run(world.worker({ line }), 20_000);
  await world.run(world.worker({ line }), 60_000);
  await drain();
  expect(world.sent()).toEqual(["U1 push: You said: Hello"]);
});

test("if the memory cannot be read, the outcome of a stored answer does not become unknown", async () => {
  world.say("U1", "Hello");
  const line: Line = { ...world.line.line, reply: unreachable, push: unreachable };
  await world.run(world.worker({ line }), 10_000);
  const chats = { ...world.chats, recall: unavailable };
  await world.run(world.worker({ chats }), 10_000);
  await wait(60_000);
  await drain();
  expect(world.sent()).toEqual(["U1 push: You said: Hello"]);
});

test("a push by a process that died is not repeated after its retry key has expired", async () => {
  world.say("U1", "Hello");
  await wait(replyTokenFreshMs);
  const { line } = world.line;
  const push: Line["push"] = async (...request) => {
    await line.push(...request);
    return new Promise(() => {});
  };
  await world.crash(world.worker({ line: { ...line, push } }), 2_000);
  await wait(retryKeyGoodMs + 1);
  await drain();
  expect(letters()).toEqual(["delivery.unclear"]);
});

test.each(["auto", "free"] as const)(
  "what is replayed by force is pushed only if the bot pushes, even if the process dies before it is sent: %s",
  async (delivery) => {
    world = createWorld({ bot: defineBot({ ...plainBot, delivery }) });
    world.say("U1", "Hello");
    const { line } = world.line;
    const reply = (): Promise<never> => new Promise(() => {});
    await world.crash(world.worker({ line: { ...line, reply } }), 2_000);
    await wait(replyTokenFreshMs);
    await drain();
    expect(letters()).toEqual(["delivery.unclear"]);
    const [letter] = world.queue.deadLetters.messages();
    const { chatId, body, eventId } = replayOf(letter!, "R1", true);
    world.queue.main.send({ chatId, body, deduplicationId: eventId });
    const turns = { ...world.turns, answer: (): Promise<never> => new Promise(() => {}) };
    await world.crash(world.worker({ turns }), 2_000);
    await drain();
    expect(world.sent()).toEqual(delivery === "free" ? [] : ["U1 push: You said: Hello"]);
    expect(letters()).toEqual(["delivery.unclear"]);
  },
);
