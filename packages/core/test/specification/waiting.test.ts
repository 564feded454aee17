import { defineBot } from "@henji/core/bot";
import { BotError } from "@henji/core/error";
import type { Model } from "@henji/core/model/model";
import type { Line } from "@henji/core/platform/line/api";
import { wordsOn } from "@henji/core/platform/line/compose";
import { replyTokenFreshMs } from "@henji/core/settings";
import { createMemoryModel } from "@henji/simulation";
import { beforeEach, describe, expect, test } from "vitest";
import ownBot from "../../../../bot.config.ts";
import { en, slowIn, slowly, thinking } from "./slow.ts";
import { createWorld, plainBot, type World } from "./world.ts";

let world: World;
let latencyMs: number;
beforeEach(() => {
  world = createWorld();
  latencyMs = 55_000;
});

const { worker, pass, thinkHard, tap, press } = slowIn(
  () => world,
  () => latencyMs,
);

test("who waits for a slow answer is told so in time, and gets it for free by a tap", async () => {
  await thinkHard();
  expect(world.sent()).toEqual([thinking]);
  expect(world.queue.main.messages()).toEqual([]);
  await tap();
  expect(world.sent()).toEqual([thinking, slowly]);
  expect(world.asked).toEqual(["Think hard"]);
  expect(world.logged("turn.delivered")).toMatchObject([{ by: "reply", carried: 1 }]);
});

test("a message that comes late from the queue, and is answered soon, is replied as any other", async () => {
  latencyMs = 3_000;
  world.say("U1", "Think hard");
  await pass(40_500);
  await world.run(worker(), latencyMs + 5_000);
  expect(world.sent()).toEqual(["U1 reply: You said: Think hard"]);
});

test("a reminder that is delivered again does not take up an answer that waits anew", async () => {
  await thinkHard();
  await pass(ownBot.slow.pushAfterS * 1000);
  const [reminder] = world.queue.main.messages();
  // As after a push that was refused for want of quota: nobody is reminded any more.
  const push = () => Promise.reject(new BotError("line.quota_exhausted", "used up", { retry: "never" }));
  await world.run(world.worker({ line: { ...world.line.line, push } }), 1_000);
  expect(world.table.turnsOf("U1")[0]).toMatchObject({ status: "waiting" });
  world.queue.main.send({ ...reminder!, deduplicationId: "again" });
  await world.settle();
  expect(world.table.turnsOf("U1")[0]).toMatchObject({ status: "waiting" });
  expect(world.logged("turn.duplicate")).toMatchObject([{ status: "waiting" }]);
  await tap();
  expect(world.newest()).toBe(slowly);
});

test("what is written while the model works on an earlier question comes with it at the tap, and is not pushed", async () => {
  world.say("U1", "Think hard");
  const running = world.run(worker(), latencyMs + 5_000);
  await pass(5_000);
  world.say("U1", "And please be brief");
  await pass(latencyMs);
  await running;
  await world.run(worker(), 1_000);
  expect(world.sent()).toEqual([thinking]);
  await tap();
  expect(world.line.sent.at(-1)).toMatchObject({ by: "reply" });
  expect(world.line.sent.at(-1)?.messages.map(({ text }) => text)).toEqual([
    "You said: Think hard",
    "You said: And please be brief",
  ]);
});

test("no more waits behind an answer than comes with it in one call", async () => {
  world.say("U1", "Think hard");
  const running = world.run(worker(), latencyMs + 5_000);
  await pass(5_000);
  for (let n = 1; n <= 5; n += 1) world.say("U1", `And ${n}`);
  await pass(latencyMs);
  await running;
  await world.run(worker(), 1_000);
  expect(world.line.sent.slice(1).map(({ by, messages }) => [by, messages.length])).toEqual([["push", 5]]);
  expect(world.table.turnsOf("U1").map(({ status }) => status)).toEqual([
    "waiting",
    ...Array(5).fill("delivered"),
  ]);
});

test("a push for which the month has too little left waits instead of being given up on: a group counts each member", async () => {
  const tooMany = new BotError("line.quota_reserved", "LINE 429", { retry: "later" });
  const line = { ...world.line.line, push: () => Promise.reject(tooMany) };
  world.say("U1", "Hello");
  await pass(61_000);
  await world.run(worker(line), 1_000);
  expect(world.table.turnsOf("U1")[0]).toMatchObject({ status: "waiting" });
  await world.talk("U1", "Are you there?");
  expect(world.line.sent.at(-1)?.messages.map(({ text }) => text)).toEqual([
    "You said: Hello",
    "You said: Are you there?",
  ]);
});

test("a second tap gets no second answer", async () => {
  await thinkHard();
  await tap();
  await tap();
  expect(world.sent()).toEqual([thinking, slowly]);
  expect(world.logged("turn.dropped")).toMatchObject([{ because: "shown" }]);
});

test("an answer that nobody fetches is pushed once when it is due", async () => {
  await thinkHard();
  await pass(ownBot.slow.pushAfterS * 1000);
  await world.settle();
  expect(world.sent()).toEqual([thinking, "U1 push: You said: Think hard"]);
  await tap();
  expect(world.sent()).toHaveLength(2);
});

test("a reminder of an answer that was fetched meanwhile does nothing", async () => {
  await thinkHard();
  await tap();
  await pass(ownBot.slow.pushAfterS * 1000);
  await world.settle();
  expect(world.sent()).toEqual([thinking, slowly]);
});

test("the next message takes with it what waits, in front of its own answer and in one reply", async () => {
  await thinkHard();
  await world.talk("U1", "And now?");
  expect(world.line.sent.at(-1)?.messages.map(({ text }) => text)).toEqual([
    "You said: Think hard",
    "You said: And now?",
  ]);
  // It is part of the conversation, as the user sees it.
  await world.talk("U1", "Thanks");
  expect(world.contexts.at(-1)).toContain("You said: Think hard");
});

test("with delivery free nothing is ever pushed: a late answer waits for a tap or the next message", async () => {
  world = createWorld({ bot: defineBot({ ...plainBot, delivery: "free" }) });
  world.say("U1", "Think hard");
  await pass(replyTokenFreshMs);
  await world.run(worker(), latencyMs + 5_000);
  await pass(24 * 60 * 60_000);
  expect([world.sent(), world.queue.main.messages()]).toEqual([[], []]);
  await world.talk("U1", "Hello?");
  expect(world.newest()).toBe(slowly);
  expect(world.line.sent.map(({ by }) => by)).toEqual(["reply"]);
});

test("what does not fit into one call keeps its order: the older answers go first, and the newest waits", async () => {
  const long = "x".repeat(24_000);
  const model = createMemoryModel({ answer: (question) => (question === "Long" ? long : question) });
  world.say("U1", "Long");
  await pass(replyTokenFreshMs);
  const quotaLow: Line = { ...world.line.line, quota: async () => ({ limit: 200, used: 195 }) };
  await world.run(world.worker({ model, line: quotaLow }), 5_000);
  expect(world.sent()).toEqual([]);
  world.say("U1", "Short");
  await world.run(world.worker({ model, line: quotaLow }), 5_000);
  expect(world.line.sent.map(({ messages }) => messages.length)).toEqual([5]);
  world.say("U1", "Third");
  await world.run(world.worker({ model, line: quotaLow }), 5_000);
  expect(world.line.sent.at(-1)?.messages.map(({ text }) => text)).toEqual(["Short", "Third"]);
  expect(world.logged("line.quota_low")).not.toEqual([]);
});

test("an unsent question's answer is erased while it waits, and never sent", async () => {
  const id = await thinkHard();
  world.unsend("U1", id);
  await world.settle();
  await tap();
  await world.talk("U1", "Hello");
  await pass(ownBot.slow.pushAfterS * 1000);
  await world.settle();
  expect(world.sent()).toEqual([thinking, `U1 reply: ${en.gone}`, "U1 reply: You said: Hello"]);
  expect(world.table.textOf("U1")).not.toContain("Think hard");
});

test("if an answer that was to bring another waits itself, and is unsent, the other waits on", async () => {
  await thinkHard();
  const line: Line = {
    ...world.line.line,
    reply: async () => ({ outcome: "invalid_reply_token", requestId: undefined }),
    quota: async () => ({ limit: 200, used: 195 }),
  };
  const id = world.say("U1", "And now?");
  await world.run(worker(line), 5_000);
  expect(world.logged("turn.waiting")).toHaveLength(2);
  world.unsend("U1", id);
  await world.talk("U1", "Hello");
  expect(world.line.sent.at(-1)?.messages.map(({ text }) => text)).toEqual([
    "You said: Think hard",
    "You said: Hello",
  ]);
});

test("a tap on what was given up on asks once more", async () => {
  const failing: Model = {
    async ask(context, options) {
      await world.scheduler.sleep(latencyMs);
      return createMemoryModel({ behave: () => "rejected" }).ask(context, options);
    },
  };
  world.say("U1", "Think hard");
  await world.run(world.worker({ model: failing }), latencyMs + 5_000);
  expect(world.lines).toContain("job.parked");
  await tap();
  expect(world.newest()).toBe(slowly);
});

test("what a turn has brought, unheard, ends with it if its user unsends that: nothing is carried for ever, or shown twice", async () => {
  await thinkHard();
  const unknown = new BotError("line.unavailable", "LINE 500", { retry: "later", outcome: "unknown" });
  const id = world.say("U1", "And now?");
  const unheard = worker({ ...world.line.line, reply: () => Promise.reject(unknown) });
  for (let n = 0; n < 30; n += 1) await world.run(unheard, 10_000);
  expect(world.table.turnsOf("U1").map(({ status }) => status)).toEqual(["parked", "carried"]);
  world.unsend("U1", id);
  await world.settle();
  expect(world.table.turnsOf("U1").map(({ status }) => status)).toEqual(["dropped", "dropped"]);
  expect(world.table.textOf("U1")).not.toContain("Think hard");
  await tap();
  expect(world.newest()).toBe(`U1 reply: ${en.gone}`);
});

test("whoever waits for a model that is out of order is told so while the reply is good, and fetches the answer for free", async () => {
  let failures = 3;
  const failing: Model = {
    async ask(context, options) {
      failures -= 1;
      if (failures >= 0) throw new BotError("model.unavailable", "OpenAI answered 503", { retry: "later" });
      return createMemoryModel().ask(context, options);
    },
  };
  world.say("U1", "Hello");
  for (let n = 0; n < 20; n += 1) await world.run(world.worker({ model: failing }), 5_000);
  expect(world.sent()).toEqual([thinking]);
  await tap();
  expect(world.sent().slice(1)).toEqual(["U1 reply: You said: Hello"]);
});

describe("what one call has no room for", () => {
  const labels = () => {
    const items = world.line.sent.at(-1)?.messages.at(-1)?.quickReply?.items ?? [];
    return items.map(({ action }) => wordsOn(action));
  };
  /** Two calls' worth, of which the first leaves no room. */
  const long: Model = {
    async ask(context, options) {
      const isLong = context.input.at(-1)?.content === "Think hard";
      if (isLong) await world.scheduler.sleep(latencyMs);
      return createMemoryModel({ answer: (text) => (isLong ? "x".repeat(24_000) : text) }).ask(
        context,
        options,
      );
    },
  };

  test("comes by a button under what was brought before it", async () => {
    world.say("U1", "Think hard");
    await world.run(world.worker({ model: long }), 60_000);
    world.say("U1", "Short");
    await world.run(world.worker({ model: long }), 5_000);
    expect(world.line.sent.at(-1)?.messages).toHaveLength(5);
    expect(labels()).toEqual([en.showAnswer]);
    await press(0);
    expect(world.newest()).toBe("U1 reply: Short");
  });

  test("comes by as many taps as it takes", async () => {
    world = createWorld({ bot: defineBot({ ...plainBot, delivery: "free" }) });
    for (let n = 1; n <= 7; n += 1) world.say("U1", `Question ${n}`);
    await pass(60_000);
    await world.settle();
    expect(world.sent()).toEqual([]);
    await world.talk("U1", "Question 8");
    expect(world.line.sent.at(-1)?.messages.map(({ text }) => text)).toEqual(
      [1, 2, 3, 4, 5].map((n) => `You said: Question ${n}`),
    );
    expect(labels()).toEqual([en.showAnswer]);
    await press(0);
    expect(world.line.sent.at(-1)?.messages.map(({ text }) => text)).toEqual(
      [6, 7, 8].map((n) => `You said: Question ${n}`),
    );
    expect(labels()).toEqual([]);
  });
});

test("a model that fails while it is being said that it takes long: it is said once, and the answer is fetched for free", async () => {
  const { spend } = world.turns;
  world.turns.spend = async (...spent) => {
    await world.scheduler.sleep(1_000);
    await spend(...spent);
  };
  let asked = 0;
  const failing: Model = {
    async ask(context, options) {
      asked += 1;
      if (asked > 1) return createMemoryModel().ask(context, options);
      await world.scheduler.sleep(40_500);
      throw new BotError("model.unavailable", "OpenAI answered 503", { retry: "later" });
    },
  };
  world.say("U1", "Hello");
  for (let n = 0; n < 3; n += 1) await world.run(world.worker({ model: failing }), 45_000);
  expect(world.sent()).toEqual([thinking]);
  expect(world.lines.filter((name) => name.startsWith("thinking."))).toEqual(["thinking.said"]);
  await tap();
  expect(world.newest()).toBe("U1 reply: You said: Hello");
});

describe("a chat whose first answer of the day has waited is in the day's list", () => {
  const lists = () => world.table.turnsOf("U1").map(({ list }) => list);
  let messageId: string;

  beforeEach(async () => {
    messageId = await thinkHard();
    expect(lists()).toEqual(["day#2027-01-15"]);
  });

  test("though it is then given up on", async () => {
    await pass(ownBot.slow.pushAfterS * 1000);
    const push = () => Promise.reject(new BotError("line.rejected", "Of the test", { retry: "never" }));
    await world.run(world.worker({ line: { ...world.line.line, push } }), 1_000);
    expect(lists()).toEqual(["parked"]);
    await world.talk("U1", "Hello");
    expect(lists()).toEqual(["day#2027-01-15", "parked"]);
  });

  test("though its question is then unsent", async () => {
    world.unsend("U1", messageId);
    await world.settle();
    expect(lists()).toEqual([undefined]);
    await world.talk("U1", "Hello", "Hello again");
    expect(lists()).toEqual([undefined, "day#2027-01-15", undefined]);
  });
});
