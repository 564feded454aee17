import { elapsed } from "@henji/core/clock";
import type { DeadLetter } from "@henji/core/dead-letter/dead-letter";
import { createDescribe } from "@henji/core/dead-letter/describe";
import { createDiscard } from "@henji/core/dead-letter/discard";
import { effectOf } from "@henji/core/dead-letter/effect";
import { createFind } from "@henji/core/dead-letter/find";
import { createReplay } from "@henji/core/dead-letter/replay";
import { BotError } from "@henji/core/error";
import type { Line } from "@henji/core/platform/line/api";
import { reader as line } from "@henji/core/platform/line/reader";
import type { Readers } from "@henji/core/platform/platform";
import type { DeadLetterQueue } from "@henji/core/queue/dead-letters";
import type { Sender } from "@henji/core/queue/sqs";
import { replyTokenFreshMs, deadLetterQueue as settings, worker } from "@henji/core/settings";
import type { TurnItem } from "@henji/core/turn/entity";
import { createMemoryModel } from "@henji/simulation";
import { beforeEach, expect, test } from "vitest";
import { createWorld, start, type World } from "./specification/world.ts";

let world: World;
beforeEach(() => {
  world = createWorld();
});

/** A platform beside LINE that finds what it has sent. */
const readers: Readers = { line, finding: { ...line, mayRepeat: () => true } };

const side = (overrides: { sender?: Sender } = {}) => ({
  queue: world.queue.deadLetterQueue,
  register: world.table.register,
  readers,
  clock: world.scheduler,
  sender: world.queue.sender,
  ...overrides,
});

/** Virtual time passes while it works. */
async function inTime<T>(work: Promise<T>): Promise<T> {
  let isDone = false;
  const watched = work.finally(() => {
    isDone = true;
  });
  watched.catch(() => {});
  await world.scheduler.run(world.scheduler.now() + 10 * 60_000, () => isDone);
  return watched;
}

const rejecting = () => world.worker({ model: createMemoryModel({ behave: () => "rejected" }) });

/** Messages that are given up on at once. */
async function giveUp(userId: string, ...texts: string[]): Promise<void> {
  for (const text of texts) world.say(userId, text);
  await world.run(rejecting(), 5_000);
}

const find = async () => {
  const found = await inTime(createFind(side())());
  await found.release(new Set());
  return found;
};
const idsOf = (letters: readonly DeadLetter[]) => letters.map(({ event }) => event?.eventId);
const describe = async () => inTime(createDescribe(side())((await find()).all, "facts"));
const effects = async () => (await describe()).map(({ onReplay }) => onReplay);

const replay = (request: Partial<Parameters<ReturnType<typeof createReplay>>[0]> = {}, sender?: Sender) =>
  inTime(
    createReplay(side(sender && { sender }))({ select: () => true, everyMs: 0, force: false, ...request }),
  );
const discard = (select: (letter: DeadLetter) => boolean = () => true) =>
  inTime(createDiscard({ ...side(), turns: world.turns, retentionDays: 30 })({ select, everyMs: 0 }));

const letters = () => world.queue.deadLetters.messages();

test("what was given up on is found in the order of its events, with its reason, and looking changes nothing", async () => {
  await giveUp("U1", "one", "two");
  await giveUp("U2", "three");
  const before = letters().map(({ messageId, sequence }) => ({ messageId, sequence }));
  const { all, unseen } = await find();
  expect(unseen).toBe(0);
  expect(idsOf(all)).toEqual(["E1", "E2", "E3"]);
  expect(await describe()).toMatchObject([
    { code: "model.rejected", attempts: 1, receivedAt: start, onReplay: { kind: "ask" } },
    { code: "model.rejected" },
    { code: "model.rejected", chatId: "U2" },
  ]);
  expect(letters().map(({ messageId, sequence }) => ({ messageId, sequence }))).toEqual(before);
  for (const { visibleAt } of letters()) expect(visibleAt).toBeLessThanOrEqual(world.scheduler.now());
});

test("a letter without a turn is found, be it unreadable or moved by SQS; so is a turn without a letter", async () => {
  const lost = { chatId: "U1", deduplicationId: "d1", body: "{" };
  world.queue.deadLetters.send(lost);
  world.say("U2", "moved");
  const [moved] = world.queue.main.messages();
  world.queue.main.discard(moved!.messageId);
  world.queue.deadLetters.send({ ...moved!, deduplicationId: "d2" });
  await giveUp("U3", "old");
  const [old] = letters().filter(({ chatId }) => chatId === "U3");
  world.queue.deadLetters.discard(old!.messageId);
  expect(await describe()).toMatchObject([
    { chatId: "U2", code: "queue.too_many_receives", turn: undefined, onReplay: { kind: "ask" } },
    { chatId: "U3", code: "model.rejected", letters: [], onReplay: { kind: "ask" } },
    { chatId: "U1", event: undefined, onReplay: { kind: "none", because: "unreadable" } },
  ]);
});

test("of a chat with more letters than SQS shows at once, all are replayed, in order", async () => {
  const texts = Array.from({ length: 25 }, (_, n) => `message ${n}`);
  for (let start = 0; start < 25; start += 5) await giveUp("U1", ...texts.slice(start, start + 5));
  expect(letters()).toHaveLength(25);
  const { all, unseen } = await find();
  expect(all).toHaveLength(25);
  expect(unseen).toBe(15);
  const results = await replay();
  expect(results.map(({ outcome }) => outcome)).toEqual(Array(25).fill("done"));
  expect(letters()).toEqual([]);
  expect(world.queue.main.messages().map(({ body }) => JSON.parse(body).event.message.text)).toEqual(texts);
});

test("what no worker has begun overtakes nothing and is overtaken by nothing of its chat", async () => {
  for (let n = 0; n < 15; n += 1) world.say("U1", `moved ${n}`);
  for (const message of world.queue.main.messages()) {
    world.queue.main.discard(message.messageId);
    world.queue.deadLetters.send({ ...message, deduplicationId: `redriven ${message.messageId}` });
  }
  await world.scheduler.run(world.scheduler.now() + 1_000, () => false);
  await giveUp("U1", "later");
  await replay();
  const order = world.queue.main.messages().map(({ body }) => JSON.parse(body).event.message.text);
  expect(order).toEqual([...Array.from({ length: 15 }, (_, n) => `moved ${n}`), "later"]);
});

test("a replay is answered once and quoted, however often it is asked for", async () => {
  await giveUp("U1", "Hello");
  const [copy] = letters();
  await replay();
  world.queue.deadLetters.send({ ...copy!, deduplicationId: "kept by a command that was killed" });
  await replay();
  await world.settle();
  expect(await effects()).toEqual([{ kind: "acknowledge", because: "delivered" }].slice(0, letters().length));
  await replay();
  await world.settle();
  expect(letters()).toEqual([]);
  expect(world.sent().filter((line) => line.includes("You said"))).toHaveLength(1);
});

test("a letter leaves only when its message is on the queue; after a failure its chat waits", async () => {
  await giveUp("U1", "one", "two");
  await giveUp("U2", "three");
  const sender: Sender = {
    async send(messages, signal) {
      if (messages[0]?.chatId === "U1")
        throw new BotError("queue.unavailable", "SQS: down", { retry: "later" });
      return world.queue.sender.send(messages, signal);
    },
  };
  const results = await replay({}, sender);
  expect(results.map(({ letter, outcome, because }) => [letter.event?.eventId, outcome, because])).toEqual([
    ["E1", "failed", "queue.unavailable: SQS: down"],
    ["E3", "done", undefined],
  ]);
  expect(letters().map(({ chatId }) => chatId)).toEqual(["U1", "U1"]);
  expect(world.queue.main.messages().map(({ chatId }) => chatId)).toEqual(["U2"]);
});

test("what SQS refuses of a send has failed", async () => {
  await giveUp("U1", "one");
  const sender: Sender = { send: async ([message]) => new Set([message!.eventId]) };
  expect(await replay({}, sender)).toMatchObject([{ outcome: "failed" }]);
  expect(letters()).toHaveLength(1);
});

test("five failures in a row end it: the queue is down", async () => {
  for (let n = 0; n < 8; n += 1) await giveUp(`U${n}`, "Hello");
  const sender: Sender = {
    async send() {
      throw new BotError("queue.unavailable", "SQS: down", { retry: "later" });
    },
  };
  expect(await replay({}, sender)).toHaveLength(5);
  expect(letters()).toHaveLength(8);
  for (const { visibleAt } of letters()) expect(visibleAt).toBeLessThanOrEqual(world.scheduler.now());
});

test("a message that is given up on again while others are replayed keeps its new letter", async () => {
  for (let n = 0; n < 12; n += 1) await giveUp("U1", `message ${n}`);
  const sender: Sender = {
    // A worker is quicker than the operator.
    async send(messages, signal) {
      const refused = await world.queue.sender.send(messages, signal);
      const batch = world.queue.receive(10);
      await rejecting()(batch, world.scheduler.now() + worker.timeoutS * 1000);
      await world.queue.inbox.delete(batch);
      return refused;
    },
  };
  await replay({}, sender);
  expect(letters()).toHaveLength(12);
  expect((await describe()).map(({ turn, letters }) => [turn?.status, letters.length > 0])).toContainEqual([
    "parked",
    true,
  ]);
});

/** SQS moves what is on the queue, because it was received too often. */
function moveAll(): void {
  for (const { reason: _, ...message } of world.queue.main.messages()) {
    world.queue.main.discard(message.messageId);
    world.queue.deadLetters.send({ ...message, deduplicationId: `redriven ${message.messageId}` });
  }
}

test("a replay that SQS itself moved away is not taken for done, because the letter before it still stands", async () => {
  await giveUp("U1", "Hello");
  const [first] = letters();
  await replay();
  await world.crash(world.worker({ model: createMemoryModel({ behave: () => "hang" }) }));
  world.queue.deadLetters.send({ ...first!, deduplicationId: "kept by a command that was killed" });
  moveAll();
  const [both] = await describe();
  expect(both).toMatchObject({ turn: { status: "claimed" }, onReplay: { kind: "ask" } });
  expect(both!.letters).toHaveLength(2);
  await replay();
  await world.settle();
  expect(letters()).toEqual([]);
  expect(world.sent().filter((line) => line.includes("You said"))).toHaveLength(1);
});

test("only what is selected is replayed, at the rate that was asked for, until it is stopped", async () => {
  await giveUp("U1", "one", "two");
  await giveUp("U2", "three", "four", "five");
  const sentAt: number[] = [];
  const stopping = new AbortController();
  const sender: Sender = {
    send(messages, signal) {
      sentAt.push(world.scheduler.now());
      if (sentAt.length === 2) stopping.abort();
      return world.queue.sender.send(messages, signal);
    },
  };
  const select = ({ chatId }: DeadLetter) => chatId === "U2";
  const left: number[] = [];
  const onResult = (_: unknown, count: number) => void left.push(count);
  const results = await replay({ select, everyMs: 500, signal: stopping.signal, onResult }, sender);
  expect(idsOf(results.map(({ letter }) => letter))).toEqual(["E3", "E4"]);
  expect(sentAt[1]! - sentAt[0]!).toBeGreaterThanOrEqual(500);
  expect(left).toEqual([2, 1]);
  expect(letters().map(({ chatId }) => chatId)).toEqual(["U1", "U1", "U2"]);
});

test("a long replay looks again before what it has hidden becomes visible", async () => {
  const count = 12;
  for (let n = 0; n < count; n += 1) await giveUp(`U${n}`, "Hello");
  const results = await replay({ everyMs: (settings.hiddenS * 1000) / 4 });
  expect(results.map(({ outcome }) => outcome)).toEqual(Array(count).fill("done"));
  expect(letters()).toEqual([]);
});

test("where SQS is too slow to show all letters in time, those that were seen are replayed before it looks again", async () => {
  const count = 200;
  for (let n = 0; n < count; n += 1) world.say(`U${n}`, "Hello");
  moveAll();
  const receive: DeadLetterQueue["receive"] = async (forS, waitS) => {
    await elapsed(world.scheduler, 12_000);
    return world.queue.deadLetterQueue.receive(forS, waitS);
  };
  const slow = { ...side(), queue: { ...world.queue.deadLetterQueue, receive } };
  const results = await inTime(createReplay(slow)({ select: () => true, everyMs: 0, force: false }));
  expect(results.map(({ outcome }) => outcome)).toEqual(Array(count).fill("done"));
  expect(letters()).toEqual([]);
});

test("a letter that a command is looking at is hidden from the others, until a minute after it was killed", async () => {
  await giveUp("U1", "Hello");
  await inTime(createFind(side())());
  const { all, unseen } = await find();
  expect([all[0]?.letters, unseen]).toEqual([[], 1]);
  await world.scheduler.run(world.scheduler.now() + settings.hiddenS * 1000, () => false);
  expect((await find()).all[0]?.letters).toHaveLength(1);
});

test("if finding fails, what was hidden is visible again", async () => {
  await giveUp("U1", "Hello");
  const broken = { ...world.table.register, parked: () => Promise.reject(new Error("down")) };
  await expect(inTime(createFind({ ...side(), register: broken })())).rejects.toThrow("down");
  expect((await find()).all[0]?.letters).toHaveLength(1);
});

test("what was dropped by hand gets no answer, and leaves no text", async () => {
  await giveUp("U1", "SECRET");
  const [parked] = letters();
  expect(await discard()).toMatchObject([{ outcome: "done" }]);
  expect(letters()).toEqual([]);
  expect(world.table.textOf("U1")).not.toContain("SECRET");
  world.queue.main.send({ ...parked!, deduplicationId: "redelivered" });
  world.queue.deadLetters.send({ ...parked!, deduplicationId: "a second copy" });
  expect(await effects()).toEqual([{ kind: "acknowledge", because: "dropped" }]);
  await replay();
  await world.settle();
  expect(world.asked).toEqual([]);
  expect(letters()).toEqual([]);
});

test("also what no worker has begun, and what cannot be read", async () => {
  world.say("U1", "moved");
  const [moved] = world.queue.main.messages();
  world.queue.main.discard(moved!.messageId);
  world.queue.deadLetters.send({ ...moved!, deduplicationId: "d1" });
  world.queue.deadLetters.send({ chatId: "U2", deduplicationId: "d2", body: "{" });
  expect(await replay({ select: ({ event }) => event === undefined })).toMatchObject([
    { outcome: "left", because: "unreadable" },
  ]);
  expect(await discard()).toMatchObject([{ outcome: "done" }, { outcome: "done" }]);
  expect(letters()).toEqual([]);
  world.queue.main.send({ ...moved!, deduplicationId: "redelivered" });
  await world.settle();
  expect(world.asked).toEqual([]);
});

test("a button that was given up on can be dropped like any other", async () => {
  const replyToken = "token";
  world.line.giveToken(replyToken, "U1", 60_000);
  world.put("U1", { type: "postback", replyToken, postback: { data: "henji:say:Hello" } });
  await world.run(world.worker({ line: refusing() }), 5_000);
  expect(await effects()).toEqual([{ kind: "send" }]);
  expect(await discard()).toMatchObject([{ outcome: "done" }]);
  expect((await find()).all).toEqual([]);
});

/** LINE takes no message. */
function refusing(): Line {
  const refuse = () => Promise.reject(new BotError("line.rejected", "LINE answered 400", { retry: "never" }));
  return { ...world.line.line, reply: refuse, push: refuse };
}

test("what would bring an answer that waits says so, for as long as it waits", async () => {
  world.say("U1", "late");
  await inTime(elapsed(world.scheduler, replyTokenFreshMs));
  const quotaLow: Line = { ...world.line.line, quota: async () => ({ limit: 200, used: 195 }) };
  await world.run(world.worker({ line: quotaLow }), 5_000);
  expect(world.lines).toContain("turn.waiting");

  for (const text of ["one", "two"]) {
    world.say("U1", text);
    await world.run(world.worker({ line: refusing() }), 5_000);
  }
  expect(await effects()).toEqual([
    { kind: "send", brings: 1 },
    { kind: "send", brings: 1 },
  ]);
  expect(await replay({ select: ({ event }) => event?.eventId === "E2" })).toMatchObject([
    { outcome: "done" },
  ]);
  await world.settle();
  expect(world.line.sent.map(({ messages }) => messages.map(({ text }) => text))).toEqual([
    ["You said: late", "You said: one"],
  ]);
  expect(await effects()).toEqual([{ kind: "send" }]);
});

test("what a worker holds is left alone", async () => {
  world.say("U1", "Hello");
  const [job] = world.queue.main.messages();
  const hanging = world.worker({ model: createMemoryModel({ behave: () => "hang" }) });
  expect(await world.run(hanging, 5_000)).toBe("still running");
  world.queue.deadLetters.send({ ...job!, deduplicationId: "a copy" });
  expect(await effects()).toEqual([{ kind: "none", because: "held" }]);
  expect(await replay()).toMatchObject([{ outcome: "left", because: "held" }]);
  expect(await discard()).toMatchObject([{ outcome: "left", because: "held" }]);
  expect(letters()).toHaveLength(1);
});

test("a turn waits while letters of nobody knows which chat are hidden by a command that was killed", async () => {
  for (let n = 0; n < 2; n += 1) world.say("U1", `moved ${n}`);
  for (const message of world.queue.main.messages()) {
    world.queue.main.discard(message.messageId);
    world.queue.deadLetters.send({ ...message, deduplicationId: `redriven ${message.messageId}` });
  }
  await world.scheduler.run(world.scheduler.now() + 1_000, () => false);
  await giveUp("U1", "later");
  await inTime(createFind(side())());
  expect(await replay()).toEqual([]);
  expect(world.queue.main.messages()).toEqual([]);
  await world.scheduler.run(world.scheduler.now() + settings.hiddenS * 1000, () => false);
  await replay();
  const order = world.queue.main.messages().map(({ body }) => JSON.parse(body).event.message.text);
  expect(order).toEqual(["moved 0", "moved 1", "later"]);
});

test("a turn without a letter after 14 days does not stand for a letter that was not seen", async () => {
  await giveUp("U1", "old");
  for (const { messageId } of letters()) world.queue.deadLetters.discard(messageId);
  await world.scheduler.run(world.scheduler.now() + settings.retentionS * 1000 + 1, () => false);
  world.queue.deadLetters.send({ chatId: "U2", deduplicationId: "d", body: "{" });
  world.queue.deadLetters.receive(10, 10, 60);
  const found = await inTime(createFind(side())());
  expect(found).toMatchObject({ unseen: 1, unknown: 1 });
  expect(idsOf(found.all)).toEqual(["E1"]);
});

test("a push that may have arrived is replayed as long as LINE knows its retry key; after that, and any reply, only by force", () => {
  const event = { chatId: "U1", key: `${start}#E1`, sequence: "1", eventId: "E1", kind: "question" } as const;
  const held = { eventId: "E1", owner: "w", leaseUntil: 0, attempts: 1, expiresAt: 0, idempotencyKey: "k" };
  const effect = (fields: Partial<TurnItem>, hoursLater = 0) =>
    effectOf(
      {
        event,
        letters: [],
        turn: { ...event, ...held, status: "parked", outcomeUnknownSince: start, ...fields },
      },
      readers,
      start + hoursLater * 3_600_000,
    );
  expect(effect({ route: "push" }, 22)).toEqual({ kind: "send" });
  expect(effect({ route: "push" }, 24)).toEqual({ kind: "send_perhaps_twice" });
  expect(effect({ route: "reply" })).toEqual({ kind: "send_perhaps_twice" });
  const { outcomeUnknownSince: _, ...known } = { ...held, outcomeUnknownSince: start };
  const never = {
    event,
    letters: [],
    turn: { ...event, ...known, status: "parked", route: "reply" } as TurnItem,
  };
  expect(effectOf(never, readers, start)).toEqual({ kind: "send" });
  // Its process died while it may have been sending.
  const died = { ...never.turn, status: "answered", leaseUntil: start } as TurnItem;
  expect(effectOf({ ...never, turn: died }, readers, start)).toEqual({ kind: "send_perhaps_twice" });
  const inChat = (chatId: string) => effectOf({ ...never, turn: { ...died, chatId } }, readers, start);
  expect(inChat("finding:C1:1")).toEqual({ kind: "send" });
  // Its bot is on that platform no longer.
  expect(inChat("gone:C1")).toEqual({ kind: "send_perhaps_twice" });
});
