import { type Bot, defineBot } from "@henji/core/bot";
import type { Chats } from "@henji/core/chat/chats";
import type { Held } from "@henji/core/held";
import { createLog } from "@henji/core/log";
import type { Model, ModelAnswer } from "@henji/core/model/model";
import { textContent } from "@henji/core/platform/content";
import { compose } from "@henji/core/platform/line/compose";
import type { Platform } from "@henji/core/platform/platform";
import { createPrepare, type PrepareOptions } from "@henji/core/prepare";
import type { AnsweredTurn } from "@henji/core/turn/turn";
import { costOf } from "@henji/core/usage/usage";
import { expect, test } from "vitest";
import ownBot from "../../../bot.config.ts";
import { held, platformWith } from "./held.ts";
import { createWorld, start } from "./specification/world.ts";
import { answered, claimed, noCalls, nothingRemembered, unpaced } from "./turns.ts";

test("when too many messages wait, the user is told once, and the rest is dropped without its text", async () => {
  const limits = { ...ownBot.limits, maxUnanswered: 2 };
  const world = createWorld({ bot: defineBot({ ...ownBot, limits }) });
  for (const text of ["one", "two", "SECRET three", "SECRET four", "SECRET five"])
    world.say("U1", text, start - 1);
  await world.settle();
  expect(world.asked).toEqual(["one", "two"]);
  expect(world.sent()).toEqual([
    "U1 reply: You said: one",
    "U1 reply: You said: two",
    `U1 reply: ${ownBot.texts.en.tooMany}`,
  ]);
  expect(world.logged("chat.flooded")).toMatchObject([{ waiting: 2 }, { waiting: 3 }, { waiting: 4 }]);
  expect(world.logged("turn.dropped")).toMatchObject([{ because: "too_many" }, { because: "too_many" }]);
  expect(world.table.textOf("U1")).not.toContain("SECRET");
  expect(world.lines).not.toContain("job.retry");
  // A message that is sent after the flood is answered again.
  await world.talk("U1", "six");
  expect(world.newest()).toBe("U1 reply: You said: six");
});

test("the backlog is counted even if memory.maxTurns is lower than limits.maxUnanswered", async () => {
  const limits = { ...ownBot.limits, maxUnanswered: 6 };
  const memory = { ...ownBot.memory, maxTurns: 4 };
  const world = createWorld({ bot: defineBot({ ...ownBot, limits, memory }) });
  for (let n = 0; n < 8; n += 1) world.say("U1", `Hello ${n}`, start - 1);
  await world.settle();
  expect(world.asked).toHaveLength(6);
  expect(world.logged("chat.flooded")).toMatchObject([{ waiting: 6 }, { waiting: 7 }]);
});

const notExpected = () => Promise.reject(new Error("Nothing was to be erased"));

/** With this answer of the model to every question. */
function prepareWith(
  answer: Partial<ModelAnswer>,
  { bot = ownBot, drop = notExpected }: { bot?: Bot; drop?: PrepareOptions["turns"]["drop"] } = {},
) {
  const usage = { inputTokens: 1, cachedTokens: 0, outputTokens: 1 };
  const model: Model = { ask: async () => ({ text: "Hello", cut: false, refused: false, usage, ...answer }) };
  return createPrepare({
    ...{ bot, model, pace: unpaced, identify: (userId) => userId, chats: {} as Chats },
    reminders: { put: notExpected },
    transcriber: { transcribe: notExpected },
    moderator: { moderate: notExpected },
    turns: {
      renew: async (_turn, leaseUntil) => leaseUntil,
      spend: async () => {},
      told: async () => {},
      hear: notExpected,
      gather: notExpected,
      take: notExpected,
      answer: async (turn, answer): Promise<AnsweredTurn> => ({ ...turn, status: "answered", answer }),
      drop,
      erase: notExpected,
      eraseAnswer: notExpected,
      ...noCalls,
    },
    clock: { now: () => start, timeout: () => new AbortController().signal },
  });
}

/** Stores the answer to a question, with this answer of the model. */
async function stored(text: string, answer: Partial<ModelAnswer> = {}, functions: Partial<Platform> = {}) {
  const logged: Record<string, unknown>[] = [];
  const prepare = prepareWith(answer);
  const result = await prepare(
    held({
      platform: platformWith({
        loadMarkdown: async () => (text, options) => ({
          messages: text.split("|").flatMap((part) => compose(part, options).messages),
        }),
        ...functions,
      }),
      turn: claimed({ question: textContent(text) }),
      log: createLog({ write: (line) => void logged.push(JSON.parse(line)) }),
    }),
  );
  const named = (wanted: string) => logged.filter(({ name }) => name === wanted);
  return { ...result!, logged: named("turn.answered"), asked: named("model.answered") };
}

test("an answer by the model joins the window with all of its messages", async () => {
  const { past, logged, asked } = await stored("Hi", { text: "Hello|and welcome" });
  expect(past).toMatchObject({ question: textContent("Hi"), answer: "Hello\nand welcome", messageId: "1" });
  expect(past?.tokens).toEqual({ question: 1, answer: 4 });
  expect(logged).toMatchObject([{ messages: 2 }]);
  expect(logged[0]).not.toHaveProperty("notice");
  const usage = { inputTokens: 1, cachedTokens: 0, outputTokens: 1 };
  expect(asked).toMatchObject([{ model: ownBot.model.name, ...usage, cut: false, refused: false, ms: 0 }]);
  expect(asked[0]?.costUsd).toBeCloseTo(costOf(usage, ownBot.model.prices), 12);
});

test("an answer that reached the output limit ends with the cut notice", async () => {
  const { past } = await stored("Hi", { text: "Once upon a time", cut: true });
  expect(past?.answer).toBe(`Once upon a time\n${ownBot.texts.en.cut}`);
});

test("an answer is shown with its marks if what reads them cannot be loaded", async () => {
  const failing = () => Promise.reject(new Error("no such file"));
  const { past } = await stored("Hi", { text: "**Hello**" }, { loadMarkdown: failing });
  expect(past?.answer).toBe("**Hello**");
});

test("a notice, or a question that the model declined, does not join the window", async () => {
  const { past, logged } = await stored("/help");
  expect(past).toBeUndefined();
  expect(logged).toMatchObject([{ messages: 1, notice: "help" }]);
  expect((await stored("Hi", { text: "", refused: true })).past).toBeUndefined();
});

test("what the bot adds to an answer, or says in its place, is in the language of the question", async () => {
  const { cut, refusal } = ownBot.texts.ja;
  const long = await stored("こんにちは", { text: "Once upon a time", cut: true });
  expect(long.past?.answer).toBe(`Once upon a time\n${cut}`);
  const refused = await stored("こんにちは", { text: "", refused: true });
  expect(refused.turn?.answer.messages).toEqual([{ type: "text", text: refusal }]);
});

test("an answer to an unsent message is dropped, unless an earlier attempt may have sent it", async () => {
  const drops: unknown[] = [];
  const prepare = prepareWith(
    {},
    { drop: async (turn, _at, _total, because) => void drops.push([turn, because]) },
  );
  const inBatch = { batch: { ...held().batch, unsent: [{ chatId: "U1", messageId: "1" }] } };
  const before = { memory: { ...nothingRemembered, unsent: ["1"] } };
  const maybeSent = answered({ outcomeUnknownSince: start });
  for (const unsent of [inBatch, before]) {
    expect(await prepare(held({ ...unsent, turn: answered() }))).toBeUndefined();
    expect(await prepare(held({ ...unsent, turn: claimed() }))).toBeUndefined();
    expect(drops.splice(0)).toEqual([
      [answered(), "unsent"],
      [claimed(), "unsent"],
    ]);
    expect(await prepare(held({ ...unsent, turn: maybeSent }))).toEqual({ turn: maybeSent, past: undefined });
  }
  expect(drops).toEqual([]);
});

/** How an answer goes out. */
const wayWith = async (
  delivery: Bot["delivery"],
  {
    mayPush = true,
    isFresh = true,
    thinkingAt,
  }: { mayPush?: boolean; isFresh?: boolean; thinkingAt?: number },
  more: Partial<Held> = {},
) => {
  const platform = platformWith({
    mayPush: async () => mayPush,
    replyUntil: () => (isFresh ? start + 1 : start),
  });
  const prepare = prepareWith({}, { bot: defineBot({ ...ownBot, delivery }) });
  const stored = await prepare(held({ platform, thinking: { at: thinkingAt }, ...more }));
  return stored?.turn.answer.route;
};

test("an answer is replied while that is free, and pushed if it is not, unless the bot never pushes", async () => {
  expect(await wayWith("auto", {})).toBe("reply");
  expect(await wayWith("free", {})).toBe("reply");
  expect(await wayWith("push", {})).toBe("push");
  expect(await wayWith("auto", { isFresh: false })).toBe("push");
  expect(await wayWith("free", { isFresh: false })).toBe("wait");
});

test("an answer whose user has a button for it waits, until a reminder or an operator brings it back", async () => {
  const late = { thinkingAt: start - 1 };
  expect(await wayWith("auto", late)).toBe("wait");
  const job = { ...held().job, isDue: true };
  expect(await wayWith("auto", late, { job })).toBe("push");
  expect(await wayWith("free", late, { job })).toBe("wait");
  expect(await wayWith("auto", late, { replay: { id: "1", force: false } })).toBe("push");
});

test("near the end of the month's quota nothing is pushed: what cannot be replied waits", async () => {
  const low = { mayPush: false };
  expect(await wayWith("push", low)).toBe("reply");
  expect(await wayWith("push", { ...low, isFresh: false })).toBe("wait");
  expect(await wayWith("auto", { ...low, isFresh: false })).toBe("wait");
});

test("an answer that is too late for a reply quotes its question; one in time does not", async () => {
  const message = { type: "text", id: "1", text: "Hi", quoteToken: "q1" };
  const asked = { ...held(), job: { ...held().job, event: { message } } };
  const late = platformWith({ replyUntil: () => undefined });
  const prepare = prepareWith({ text: "Hello" });
  const quoting = { messages: [{ type: "text", text: "Hello", quoteToken: "q1" }] };
  expect(await prepare({ ...asked, platform: late })).toMatchObject({ turn: { answer: quoting } });
  const inTime = await prepare(asked);
  expect(inTime?.turn.answer.messages).toEqual([{ type: "text", text: "Hello" }]);
  // A stored answer is stored once more, unless somebody may have seen it, or LINE gives no token.
  const never = answered();
  expect(await prepare({ ...asked, platform: late, turn: never })).toMatchObject({
    turn: { answer: { ...never.answer, messages: [{ type: "text", text: "Hello", quoteToken: "q1" }] } },
  });
  const maybe = answered({ outcomeUnknownSince: start });
  for (const same of [
    { ...asked, platform: late, turn: maybe },
    { ...held(), platform: late, turn: never },
    { ...asked, turn: never },
  ])
    expect((await prepare(same))?.turn).toBe(same.turn);
});
