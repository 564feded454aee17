import { defineBot } from "@henji/core/bot";
import { BotError } from "@henji/core/error";
import type { Model } from "@henji/core/model/model";
import { RateLimited, type RateLimits } from "@henji/core/model/rate-limit";
import { pace, retry } from "@henji/core/settings";
import { defineTool, z } from "@henji/core/tool";
import { createMemoryModel } from "@henji/simulation";
import { beforeEach, expect, test } from "vitest";
import { en } from "./slow.ts";
import { createWorld, plainBot, type World } from "./world.ts";

let world: World;
let says: { retryAfterMs?: number; limits?: RateLimits } | "unavailable" | undefined;
let asked: { question: string; at: number }[];
let worker: ReturnType<World["worker"]>;

const everySecond: RateLimits = { requestMs: 1_000 };
const answering = createMemoryModel();

/** Refuses for its limit as long as `says` is set. */
const model: Model = {
  async ask(context, options) {
    asked.push({ question: context.input.at(-1)?.content ?? "", at: world.scheduler.now() });
    if (says === "unavailable")
      throw new BotError("model.unavailable", "OpenAI answered 503", { retry: "later" });
    if (says) {
      const { limits, retryAfterMs } = says;
      throw new RateLimited("OpenAI answered 429 rate_limit_exceeded", {
        retry: "later",
        limits,
        retryAfterMs,
      });
    }
    return answering.ask(context, options);
  },
};

beforeEach(() => {
  world = createWorld();
  [says, asked] = [undefined, []];
  worker = world.worker({ model });
});

const pass = (ms: number) => world.scheduler.run(world.scheduler.now() + ms, () => false);
const turnOf = (chatId: string) => world.table.turnsOf(chatId)[0];
const parked = () => world.queue.deadLetters.messages();
const questions = () => asked.map(({ question }) => question);

/** Takes what is visible, again and again. */
async function work(forMs: number, by = worker): Promise<void> {
  const until = world.scheduler.now() + forMs;
  while (world.scheduler.now() < until) await world.run(by, 1_000);
}

test("a refusal for the model's limit is no attempt, and the question waits for its slot", async () => {
  says = { retryAfterMs: 60_000 };
  world.say("U1", "Hello");
  await world.run(worker, 1_000);
  expect(turnOf("U1")).toMatchObject({ status: "claimed", attempts: 0, limited: { refusals: 1 } });
  expect(world.logged("turn.postponed")).toMatchObject([{ code: "model.rate_limited", inS: 60 }]);
  expect(world.logged("model.slot_taken")).toMatchObject([{ waitMs: 60_000, ahead: 0 }]);
  expect(world.logged("job.retry")).toEqual([]);
  says = undefined;
  await work(62_000);
  expect(turnOf("U1")?.messages).toContain("You said: Hello");
  expect(asked[1]!.at - asked[0]!.at).toBe(60_000);
  expect(turnOf("U1")).toMatchObject({ attempts: 1 });
});

test("what waits for a few seconds only is asked in the same invocation, and replied", async () => {
  says = { retryAfterMs: 3_000 };
  world.say("U1", "Hello");
  void pass(1_000).then(() => {
    says = undefined;
  });
  await world.run(worker, 5_000);
  expect(world.sent()).toEqual(["U1 reply: You said: Hello"]);
  expect(asked.map(({ at }) => at - asked[0]!.at)).toEqual([0, 3_000]);
  expect(turnOf("U1")).toMatchObject({ status: "delivered", attempts: 1 });
});

test("a limit that lets nothing through for most of an hour gives nothing up", async () => {
  says = { retryAfterMs: 20_000 };
  world.say("U1", "Hello");
  await work(pace.uncountedForMs - 60_000);
  expect(parked()).toEqual([]);
  // It asks ever more rarely.
  expect(asked.length).toBeLessThan(35);
  expect(Math.max(...world.logged("model.rate_limited").map(({ waitMs }) => waitMs))).toBe(180_000);
  says = undefined;
  await work(retry.maxDelayS * 1000 + 60_000);
  expect(world.queue.main.messages()).toEqual([]);
  expect(turnOf("U1")?.messages).toContain("You said: Hello");
});

test("after an hour a refusal counts as any attempt, so that it ends", async () => {
  says = { retryAfterMs: 20_000 };
  world.say("U1", "Hello");
  await work(pace.uncountedForMs + 12 * 60_000);
  expect(parked()).toMatchObject([{ reason: { code: "model.rate_limited", attempts: retry.maxAttempts } }]);
  expect(world.logged("job.retry").map(({ attempts }) => attempts)).toEqual([1, 2, 3, 4]);
});

test("its user is told that it takes longer while the reply is good, once, and a tap brings the answer", async () => {
  says = { retryAfterMs: 50_000 };
  world.say("U1", "Hello");
  await work(120_000);
  expect(world.sent()).toEqual([`U1 reply: ${en.stillThinking} [${en.showAnswer}]`]);
  says = undefined;
  await work(120_000);
  expect(turnOf("U1")).toMatchObject({ status: "waiting" });
  expect(world.sent()).toHaveLength(1);
});

test("nobody is told of a wait after which the answer is still a reply", async () => {
  says = { retryAfterMs: 15_000 };
  world.say("U1", "Hello");
  await world.run(worker, 1_000);
  says = undefined;
  await work(20_000);
  expect(world.sent()).toEqual(["U1 reply: You said: Hello"]);
});

test("slots are as far apart as the service states, oldest first, and newcomers take one without asking", async () => {
  says = { retryAfterMs: 20_000, limits: { requestMs: 10_000 } };
  world.say("U1", "first");
  await world.run(worker, 1_000);
  says = undefined;
  for (const [n, text] of ["second", "third"].entries()) {
    world.say(`U${n + 2}`, text);
    await world.run(worker, 1_000);
  }
  expect(questions()).toEqual(["first"]);
  await work(60_000);
  expect(questions()).toEqual(["first", "first", "second", "third"]);
  expect(asked.map(({ at }) => at - asked[0]!.at)).toEqual([0, 20_000, 30_000, 40_000]);
  expect(world.logged("model.slot_taken").map(({ ahead }) => ahead)).toEqual([0, 1, 2]);
});

test("another process learns of the slots by its first refusal, and takes one behind them", async () => {
  says = { retryAfterMs: 20_000, limits: everySecond };
  world.say("U1", "first");
  await world.run(worker, 1_000);
  world.say("U2", "second");
  await world.run(world.worker({ model }), 1_000);
  const slots = ["U1", "U2"].map((chatId) => turnOf(chatId)?.limited?.slot?.at ?? 0);
  // It is refused a second later, with the same wait.
  expect(slots[1]! - slots[0]!).toBe(1_000);
});

test("a process whose own slots have passed looks whether others have taken more", async () => {
  says = { retryAfterMs: 10_000, limits: { requestMs: 10_000 } };
  world.say("U1", "first");
  await world.run(worker, 1_000);
  const other = world.worker({ model });
  for (const chatId of ["U2", "U3"]) {
    world.say(chatId, "next");
    await world.run(other, 1_000);
  }
  says = undefined;
  await pass(9_000);
  // The slot of the first passes in another process, and the last is at half a minute.
  await world.run(other, 1_000);
  world.say("U4", "last");
  await world.run(worker, 1_000);
  expect(questions()).toEqual(["first", "next", "first"]);
  expect(turnOf("U4")?.limited?.slot?.at).toBe(turnOf("U3")!.limited!.slot!.at + 10_000);
});

test("refused at its slot, a question keeps its place, and all that wait are put off with it", async () => {
  says = { retryAfterMs: 20_000, limits: { requestMs: 10_000 } };
  world.say("U1", "first");
  await world.run(worker, 1_000);
  world.say("U2", "second");
  await world.run(worker, 1_000);
  await work(20_000);
  expect(questions()).toEqual(["first", "first"]);
  says = undefined;
  await work(60_000);
  expect(questions()).toEqual(["first", "first", "first", "second"]);
  expect(asked.map(({ at }) => at - asked[0]!.at)).toEqual([0, 20_000, 40_000, 50_000]);
});

test("a question that is refused again and again lets the others go first", async () => {
  const limits = { requestMs: 10_000 };
  const tooLarge: Model = {
    ask(context, options) {
      says = context.input.at(-1)?.content === "too large" ? { limits } : undefined;
      return model.ask(context, options);
    },
  };
  const by = world.worker({ model: tooLarge });
  world.say("U1", "too large");
  await world.run(by, 1_000);
  world.say("U2", "second");
  await work(120_000, by);
  expect(questions().filter((question) => question === "second")).toHaveLength(1);
  expect(turnOf("U2")?.messages).toContain("You said: second");
  expect(turnOf("U1")).toMatchObject({ status: "claimed" });
});

test("what comes back too early is given back for the rest, without asking", async () => {
  says = { retryAfterMs: 60_000 };
  world.say("U1", "Hello");
  await world.run(worker, 1_000);
  const [message] = world.queue.main.messages();
  world.queue.main.changeVisibility(message!.receiptHandle, 0);
  await world.run(worker, 1_000);
  expect(asked).toHaveLength(1);
  expect(turnOf("U1")).toMatchObject({ attempts: 0 });
  expect(world.logged("turn.postponed")).toMatchObject([{ inS: 60 }, { inS: 59 }]);
});

test("a wait of hours is made of stays of a quarter of an hour on the queue", async () => {
  says = { retryAfterMs: 20_000, limits: { requestMs: 3_600_000 } };
  world.say("U1", "Hello");
  await world.run(worker, 1_000);
  world.say("U2", "Hello");
  await world.run(worker, 1_000);
  expect(world.logged("turn.postponed").at(-1)).toMatchObject({ inS: pace.postponedS });
});

test("later messages of its chat wait behind it, and take their own slots", async () => {
  says = { retryAfterMs: 20_000, limits: { requestMs: 10_000 } };
  world.say("U1", "first");
  world.say("U1", "second");
  world.say("U2", "other");
  await world.run(worker, 1_000);
  says = undefined;
  await work(90_000);
  const [, , ...answered] = questions();
  expect(answered).toEqual(["first", "other", "second"]);
});

test("when a response says that nothing is left, the next question waits without being refused", async () => {
  const limits: RateLimits = { requestMs: 10_000, requestsLeft: 0 };
  const last: Model = { ask: async (...asking) => ({ ...(await model.ask(...asking)), limits }) };
  const by = world.worker({ model: last });
  world.say("U1", "first");
  await world.run(by, 1_000);
  world.say("U2", "second");
  await world.run(by, 1_000);
  expect(questions()).toEqual(["first"]);
  await work(15_000, by);
  expect(questions()).toEqual(["first", "second"]);
  expect(world.logged("model.rate_limited")).toEqual([]);
});

test("once all slots have passed, everything is as it was, and nothing is read", async () => {
  says = { retryAfterMs: 10_000 };
  world.say("U1", "first");
  await world.run(worker, 1_000);
  says = undefined;
  await work(20_000);
  asked = [];
  for (const chatId of ["U2", "U3"]) {
    world.say(chatId, "Hello");
    await world.run(worker, 1_000);
  }
  expect(asked).toHaveLength(2);
  expect(world.logged("model.slot_taken")).toHaveLength(1);
});

test("a failure of another kind at its slot is an attempt, and the question is then asked without waiting again", async () => {
  says = { retryAfterMs: 20_000 };
  world.say("U1", "Hello");
  await world.run(worker, 1_000);
  says = "unavailable";
  await work(20_000);
  expect(turnOf("U1")).toMatchObject({ attempts: 1, error: "model.unavailable" });
  says = undefined;
  await work(8_000);
  expect(turnOf("U1")).toMatchObject({ status: "delivered", attempts: 2 });
});

test("a voice message that cannot be written down for that model's limit is no attempt either", async () => {
  const refusal = new RateLimited("OpenAI answered 429", {
    retry: "later",
    retryAfterMs: 30_000,
    limits: undefined,
  });
  const transcriber = { transcribe: () => Promise.reject(refusal) };
  const message = { type: "audio", id: "1", duration: 4_200, contentProvider: { type: "line" } };
  world.line.keep("1", { bytes: Buffer.from("Hello"), type: "audio/x-m4a" });
  world.line.giveToken("token 1", "U1", 60_000);
  world.put("U1", { type: "message", replyToken: "token 1", message });
  await work(40 * 60_000, world.worker({ transcriber }));
  expect(parked()).toEqual([]);
  expect(turnOf("U1")).toMatchObject({ attempts: 0 });
  await work(40 * 60_000, world.worker({ transcriber }));
  expect(parked()).toMatchObject([{ reason: { code: "model.rate_limited", attempts: retry.maxAttempts } }]);
});

test("credit that is used up is no limit to wait for", async () => {
  const broke = createMemoryModel({ behave: () => "quota_exhausted" });
  world.say("U1", "Hello");
  await world.run(world.worker({ model: broke }), 1_000);
  expect(parked()).toMatchObject([{ reason: { code: "model.quota_exhausted" } }]);
});

test("what the model called before its limit was reached is not paid for again", async () => {
  const look = defineTool({
    ...{ name: "look", description: "For tests.", effect: "reads" },
    input: z.object({ at: z.string() }),
    run: () => "a cat",
  });
  world = createWorld({ bot: defineBot({ ...plainBot, tools: [look] }) });
  let paid = 0;
  const calling = createMemoryModel({ calls: () => [{ name: "look", input: { at: 1 } }] });
  const limited: Model = {
    ask(context, options) {
      if (options.tools?.rounds.length)
        throw new RateLimited("OpenAI answered 429", {
          retry: "later",
          retryAfterMs: 60_000,
          limits: undefined,
        });
      paid += 1;
      return calling.ask(context, options);
    },
  };
  world.say("U1", "Hello");
  await work(10 * 60_000, world.worker({ model: limited }));
  expect(world.logged("turn.postponed").length).toBeGreaterThan(3);
  expect(paid).toBe(1);
});
