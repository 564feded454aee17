import { elapsed } from "@henji/core/clock";
import { BotError } from "@henji/core/error";
import { createLog } from "@henji/core/log";
import { withBreaker } from "@henji/core/model/breaker";
import type { Model } from "@henji/core/model/model";
import { textContent } from "@henji/core/platform/content";
import type { Inbox } from "@henji/core/queue/sqs";
import { answerMs, breakerOpenMs, maxEventAgeMs, queue } from "@henji/core/settings";
import { type Behaviour, createMemoryModel } from "@henji/simulation";
import { beforeEach, expect, test } from "vitest";
import { createWorld, plainBot, start, type World } from "./world.ts";

let world: World;
beforeEach(() => {
  world = createWorld();
});

test("a finished chat is acknowledged while a slow one of its batch is still running", async () => {
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

test("an event that asks for nothing is acknowledged and logged with its type", async () => {
  const eventId = world.put("U1", {
    type: "message",
    mode: "standby",
    message: { type: "sticker", id: "1" },
  });
  await world.settle();
  expect(world.printed.map((line) => JSON.parse(line))).toMatchObject([
    { name: "event.ignored", eventId, type: "message/sticker (standby)" },
  ]);
  expect(world.table.textOf("U1")).not.toContain(eventId);
});

test("if a worker dies between storing and sending a reply, the reply is delivered half a minute later", async () => {
  world.say("U1", "Hello");
  const dying = { ...world.line.line, reply: () => new Promise<never>(() => {}) };
  await world.crash(world.worker({ line: dying }));
  expect(world.sent()).toEqual([]);
  expect(await world.run(world.worker(), 2_000)).toEqual([]);
  expect(world.sent()).toEqual(["U1 reply: You said: Hello"]);
  expect(world.asked).toEqual(["Hello"]);
});

test("if a worker dies after sending a reply, nothing is sent again", async () => {
  world.say("U1", "Hello");
  const { line } = world.line;
  const dying: typeof line = {
    ...line,
    async reply(token, messages) {
      await line.reply(token, messages);
      return new Promise<never>(() => {});
    },
  };
  await world.crash(world.worker({ line: dying }));
  expect(await world.run(world.worker(), 2_000)).toEqual([]);
  expect(world.sent()).toEqual(["U1 reply: You said: Hello"]);
  expect(world.lines).toContain("turn.delivered");
});

test("a dead worker's chat goes on after half a minute, even with several of its messages in the batch", async () => {
  world.say("U1", "Hello");
  world.say("U1", "Are you there?");
  const dying = { ...world.line.line, reply: () => new Promise<never>(() => {}) };
  await world.crash(world.worker({ line: dying }));
  await world.settle();
  expect(world.sent()).toEqual(["U1 reply: You said: Hello", "U1 reply: You said: Are you there?"]);
});

test("a running worker holds its messages for as long as the model takes", async () => {
  world.say("U1", "Think hard");
  const slow: Model = {
    async ask(context, options) {
      await world.scheduler.sleep(39_000);
      return createMemoryModel().ask(context, options);
    },
  };
  const running = world.run(world.worker({ model: slow }), 38_900);
  expect(await running).toBe("still running");
  expect(world.queue.receive(10)).toEqual([]);
});

/** Fails after 25 s, when the lease of the turn has expired, and answers the next call. */
function slowToFail(how: Behaviour, meanwhile: () => Promise<unknown> = async () => {}): Model {
  let calls = 0;
  const model = createMemoryModel({
    behave: () => (calls === 1 ? how : "answer"),
    onAsk: (question) => void world.asked.push(question),
  });
  return {
    async ask(context, options) {
      calls += 1;
      if (calls > 1) return model.ask(context, options);
      await world.scheduler.sleep(25_000);
      await meanwhile();
      return model.ask(context, options);
    },
  };
}

test("a question is asked once more without its past, however long the model took to decline", async () => {
  world.say("U1", "Hello");
  await world.settle();
  world.say("U1", "Are you there?");
  expect(await world.run(world.worker({ model: slowToFail("invalid_prompt") }), 30_000)).toEqual([]);
  expect(world.asked).toEqual(["Hello", "Are you there?", "Are you there?"]);
  expect(world.sent().at(-1)).toBe("U1 reply: You said: Are you there?");
});

/** Another worker takes over a turn whose lease has expired. */
const taken = (chatId: string, eventId: string, sentAt: number) =>
  world.turns.claim({
    ...{
      chatId,
      key: `${sentAt}#${eventId}`,
      sequence: "",
      eventId,
      question: textContent(""),
      messageId: "",
      senderId: chatId,
    },
    ...{ owner: "another", now: sentAt + 25_000, leaseUntil: sentAt + 45_000 },
    ...{ expiresAt: sentAt, replay: undefined },
  });

const breaking = (model: Model) =>
  withBreaker(model, { clock: world.scheduler, log: createLog({ write: () => {} }) });

test.each(["invalid_prompt", "unauthorized"] as const)(
  "a question is not asked once more by a worker that has lost its turn meanwhile (%s)",
  async (how) => {
    world.say("U1", "Hello");
    await world.settle();
    world.say("U1", "Are you there?");
    const now = world.scheduler.now();
    const model = breaking(slowToFail(how, () => taken("U1", "E2", now)));
    expect(await world.run(world.worker({ model }), 30_000)).toHaveLength(1);
    expect(world.asked).toEqual(["Hello", "Are you there?"]);
    expect(world.lines).not.toContain("job.parked");
  },
);

test("a question is not asked by a worker that has lost its turn while it waited for the breaker's trial", async () => {
  let now = 0;
  const refusing = createMemoryModel({ behave: () => "unauthorized" });
  const onTrial: Model = {
    async ask(context, options) {
      const question = context.input.at(-1)!.content;
      world.asked.push(question);
      if (question === "Hello") return refusing.ask(context, options);
      await world.scheduler.sleep(25_000);
      await taken("U2", "E3", now);
      return createMemoryModel().ask(context, options);
    },
  };
  const worker = world.worker({ model: breaking(onTrial) });
  world.say("U1", "Hello");
  await world.run(worker, breakerOpenMs + 1_000);
  now = world.scheduler.now();
  world.say("U1", "Are you there?");
  world.say("U2", "And for me?");
  expect(await world.run(worker, 30_000)).toHaveLength(1);
  expect(world.asked).toEqual(["Hello", "Hello", "Are you there?"]);
});

test("a refused delete or change of visibility is logged with its code, and the message is answered once", async () => {
  const { inbox } = world.queue;
  const refuse: Inbox["delete"] = async (messages) =>
    messages.map((message) => ({ message, code: "ReceiptHandleIsInvalid" }));
  Object.assign(inbox, { delete: refuse, changeVisibility: refuse });
  world.say("U1", "Hello");
  world.say("U2", "Think hard");
  const slow: Model = {
    async ask(context, options) {
      if (context.input.at(-1)?.content === "Think hard") await world.scheduler.sleep(5_000);
      return createMemoryModel().ask(context, options);
    },
  };
  await world.run(world.worker({ model: slow }), 10_000);
  const refusals = world.printed.map((line) => JSON.parse(line)).filter(({ code }) => code !== undefined);
  expect(refusals.map(({ name, code, messages }) => [name, code, messages])).toEqual([
    ["queue.visibility_not_changed", "ReceiptHandleIsInvalid", 2],
    ["queue.not_deleted", "ReceiptHandleIsInvalid", 1],
  ]);
  // Nothing was held, so the messages come back after the queue's own time-out, and their turns are finished.
  await world.scheduler.run(world.scheduler.now() + queue.visibilityTimeoutS * 1000, () => false);
  await world.run(world.worker(), 1_000);
  const duplicate = { status: "delivered" };
  expect(world.logged("turn.duplicate")).toMatchObject([duplicate, duplicate]);
  expect(world.sent()).toEqual(["U1 reply: You said: Hello", "U2 reply: You said: Think hard"]);
});

test("a duplicate is acknowledged even if the memory cannot be read", async () => {
  world.say("U1", "Hello");
  const [job] = world.queue.main.messages();
  await world.settle();
  world.queue.main.send({ ...job!, deduplicationId: "duplicate" });
  const error = new BotError("table.unavailable", "DynamoDB is away", { retry: "later" });
  // Nothing awaits this promise: an unhandled rejection would end the process, and fails this run.
  const chats = { ...world.chats, recall: () => Promise.reject(error) };
  expect(await world.run(world.worker({ chats }), 1_000)).toEqual([]);
  expect(world.logged("turn.duplicate")).toHaveLength(1);
});

test("an invocation with too little time for any answer is logged", async () => {
  world.say("U1", "Hello");
  const [message] = world.queue.receive(1);
  await world.worker()([message!], world.scheduler.now() + 30_000);
  expect(world.lines).toEqual(["invocation.too_short"]);
  expect(world.logged("invocation.too_short")).toMatchObject([
    { leftMs: 30_000, neededMs: answerMs(plainBot) },
  ]);
  expect(world.asked).toEqual([]);
});

test("a message whose answer may take longer than the invocation has left goes to another one, at no attempt", async () => {
  world.say("U1", "Hello");
  world.say("U1", "Are you there?");
  const { ask } = createMemoryModel();
  const model: Model = {
    async ask(...request) {
      await elapsed(world.scheduler, 80_000);
      return ask(...request);
    },
  };
  expect(await world.run(world.worker({ model }), 165_000)).toEqual(["m2"]);
  expect(world.table.turnsOf("U1")).toHaveLength(1);
  expect(await world.run(world.worker(), 1_000)).toEqual([]);
  // It is fetched with the one before.
  expect(world.table.turnsOf("U1")[0]).toMatchObject({ status: "waiting", attempts: 1 });
});

test("later messages of a failed message's chat come back with it, in order", async () => {
  world.say("U1", "Hello");
  world.say("U1", "Are you there?");
  const model = createMemoryModel({ behave: () => "unavailable" });
  expect(await world.run(world.worker({ model }), 1_000)).toEqual(["m1", "m2"]);
  await world.scheduler.run(start + 5_000, () => false);
  expect(await world.run(world.worker(), 1_000)).toEqual([]);
  expect(world.sent()).toEqual(["U1 reply: You said: Hello", "U1 reply: You said: Are you there?"]);
});
