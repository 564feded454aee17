import { BotError } from "@henji/core/error";
import type { Model } from "@henji/core/model/model";
import { maxEventAgeMs } from "@henji/core/settings";
import { createMemoryModel } from "@henji/simulation";
import { beforeEach, expect, test } from "vitest";
import { createWorld, start, type World } from "./world.ts";

let world: World;
beforeEach(() => {
  world = createWorld();
});

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
  await world.crash(world.worker({ line: dying }));
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
  await world.crash(world.worker({ line: dying }));
  expect(await world.run(world.worker(), 2_000)).toEqual([]);
  expect(world.sent()).toEqual(["U1 reply: You said: Hello"]);
  expect(world.lines).toContain("turn.delivered");
});

test("a dead worker's chat goes on after half a minute, whoever else of it was in the batch", async () => {
  world.say("U1", "Hello");
  world.say("U1", "Are you there?");
  const dying = { ...world.line.line, reply: () => new Promise<never>(() => {}) };
  await world.crash(world.worker({ line: dying }));
  await world.settle();
  expect(world.sent()).toEqual(["U1 reply: You said: Hello", "U1 reply: You said: Are you there?"]);
});

test("a worker that lives holds its messages for as long as the model takes", async () => {
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

test("an invocation with too little time to answer anything says so", async () => {
  world.say("U1", "Hello");
  const [message] = world.queue.receive(1);
  await world.worker()([message!], world.scheduler.now() + 30_000);
  expect(world.lines).toEqual(["invocation.too_short"]);
  expect(world.asked).toEqual([]);
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
