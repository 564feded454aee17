import type { CommandName } from "@henji/core/bot";
import type { Memory } from "@henji/core/chat/chats";
import { wordsFor } from "@henji/core/decide/command";
import { createDecide, isTakenAway } from "@henji/core/decide/decide";
import type { Turn } from "@henji/core/turn/turn";
import { describe, expect, test } from "vitest";
import bot from "../../../bot.config.ts";

/** 00:30 of the next day in Japan. */
const now = Date.UTC(2027, 0, 15, 15, 30);
const timeZone = "Asia/Tokyo";
const today = "2027-01-16";
const sentAt = now - 1_000;
const { en, ja } = bot.texts;
const limits = { maxUnanswered: 3, dailyMessages: 10, dailyTokens: 1_000 };

const key = (at: number) => `${at}#E1`;
const past = (question: string) => ({ key: key(sentAt - 60_000), question, answer: "An answer" });
const finished = (finishedAt: number, notice?: "too_many" | "forget") => ({
  ...{ key: key(finishedAt), finishedAt },
  ...(notice && { notice }),
});

const empty: Memory = {
  ...{ windowStart: "", summary: "", erasedBefore: "", erasedTo: "", unsent: [], version: 0 },
  ...{ turns: [], isWhole: true, unanswered: [], finished: [], usages: [] },
};

const turn = (question: string): Turn => ({
  ...{
    chatId: "U1",
    key: key(sentAt),
    sequence: "1",
    eventId: "E1",
    status: "claimed",
    owner: "w",
    leaseUntil: now + 20_000,
  },
  ...{ attempts: 1, crashes: 0, crashesBefore: 0, question, messageId: "1" },
});

function decide(
  question: string,
  memory: Partial<Memory> = {},
  { commands = bot.commands, isBotUsedUp = false } = {},
) {
  const decision = createDecide({ texts: bot.texts, commands, limits, timeZone })({
    ...{ turn: turn(question), memory: { ...empty, ...memory }, sentAt, now, isBotUsedUp },
  });
  const { notice, ...rest } = { notice: undefined, ...decision };
  return notice ? { ...rest, notice: notice.kind, says: notice.messages[0]!.text } : rest;
}

const used = (fields: object) => ({
  usages: [
    {
      ...{ day: today, answers: 0, inputTokens: 0, cachedTokens: 0, outputTokens: 0 },
      ...{ replies: 0, pushes: 0, refused: false, foldVersion: 0, ...fields },
    },
  ],
});

describe("what stood in line when a message was sent", () => {
  const inLine = (count: number, notice?: "too_many") =>
    Array.from({ length: count }, (_, n) => finished(sentAt + 1 + n, n === 0 ? notice : undefined));

  test("is answered below the limit; at the limit the user is told once, and then nothing", () => {
    expect(decide("Hi", { finished: inLine(2) })).toEqual({ kind: "ask" });
    expect(decide("Hi", { finished: inLine(3) })).toEqual({
      ...{ kind: "say", notice: "too_many", says: en.tooMany, waiting: 3 },
    });
    expect(decide("Hi", { finished: inLine(3, "too_many") })).toEqual({
      ...{ kind: "drop", because: "too_many", waiting: 3 },
    });
  });

  test("is what was finished after it was sent, and nothing from before", () => {
    const before = [finished(sentAt - 1, "too_many"), finished(sentAt)];
    expect(decide("Hi", { finished: [...before, ...inLine(2)] })).toEqual({ kind: "ask" });
    expect(decide("Hi", { finished: [...before, ...inLine(3)] })).toMatchObject({ kind: "say", waiting: 3 });
  });
});

describe("a day's limit", () => {
  test.each([
    ["answers", { answers: 9 }, { answers: 10 }],
    ["tokens read", { inputTokens: 999 }, { inputTokens: 1_000 }],
    ["tokens written", { outputTokens: 999 }, { outputTokens: 1_000 }],
    ["tokens together", { inputTokens: 600, outputTokens: 399 }, { inputTokens: 600, outputTokens: 400 }],
  ])("of %s ends the answers, and commands go on", (_, below, reached) => {
    expect(decide("Hi", used(below))).toEqual({ kind: "ask" });
    expect(decide("Hi", used(reached))).toEqual({ kind: "say", notice: "daily_limit", says: en.dailyLimit });
    expect(decide("Hi", used({ ...reached, refused: true }))).toEqual({
      kind: "drop",
      because: "daily_limit",
    });
    expect(decide("/retry", { ...used(reached), turns: [past("Hi")] })).toMatchObject({
      notice: "daily_limit",
    });
    for (const command of ["/help", "/memory"]) expect(decide(command, used(reached)).kind).toBe("say");
    expect(decide("/export", used(reached)).kind).toBe("export");
  });

  test("for commands is twice that of answers, in replies and pushes together", () => {
    expect(decide("/help", used({ replies: 12, pushes: 7 }))).toMatchObject({ notice: "help" });
    expect(decide("/help", used({ replies: 12, pushes: 8 }))).toMatchObject({ notice: "daily_limit" });
    expect(decide("/forget", used({ replies: 12, pushes: 8 }))).toMatchObject({ notice: "forget" });
  });

  test("of all users together ends the answers of each, and commands go on", () => {
    const all = { isBotUsedUp: true };
    expect(decide("Hi", {}, all)).toEqual({ kind: "say", notice: "total_limit", says: en.dailyLimit });
    expect(decide("Hi", used({ refused: true }), all)).toEqual({ kind: "drop", because: "total_limit" });
    expect(decide("/retry", { turns: [past("Hi")] }, all)).toMatchObject({ notice: "total_limit" });
    expect(decide("/help", {}, all)).toMatchObject({ notice: "help" });
    // Whose own day is used up is told that.
    expect(decide("Hi", used({ answers: 10 }), all)).toMatchObject({ notice: "daily_limit" });
  });

  test("of yesterday is over at midnight where the bot is", () => {
    expect(decide("Hi", used({ day: "2027-01-15", answers: 10 }))).toEqual({ kind: "ask" });
  });
});

describe("a command", () => {
  test("is done, and said in the user's language", () => {
    expect(decide("ヘルプ")).toMatchObject({ kind: "say", notice: "help" });
    expect(decide("/memory", { turns: [past("こんにちは")] })).toEqual({
      ...{ kind: "say", notice: "memory", says: ja.nothingRemembered },
    });
    expect(decide("/memory", { summary: "Aki likes tea." })).toEqual({
      ...{ kind: "say", notice: "memory", says: `${en.memory}\n\nAki likes tea.` },
    });
    expect(decide("/export")).toEqual({ kind: "export", from: undefined, language: "en" });
    expect(decide("/export 1800000000000")).toMatchObject({ from: "1800000000000" });
    expect(decide("/retry")).toEqual({ kind: "say", notice: "nothing_to_retry", says: en.nothingToRetry });
    expect(decide("/retry", { turns: [past("1"), past("2")] })).toEqual({ kind: "ask", again: past("2") });
    expect(decide("Hi", { turns: [past("1")] })).toEqual({ kind: "ask" });
  });

  test("to retry is about the newest question, whether it was answered or given up on", () => {
    const parked = (at: number, question: string) => ({ key: key(at), question });
    const answered = past("answered");
    const before = parked(sentAt - 120_000, "given up on before");
    const after = parked(sentAt - 30_000, "given up on after");
    const command = parked(sentAt - 20_000, "/help");
    const retry = ({ turns = [], unanswered = [] }: Partial<Memory>) => {
      const keys = [...turns, ...unanswered].map((one) => one.key).sort();
      return decide("/retry", {
        turns,
        unanswered,
        finished: keys.map((one) => ({ key: one, finishedAt: 0 })),
      });
    };
    expect(retry({ turns: [answered], unanswered: [before] })).toEqual({ kind: "ask", again: answered });
    expect(retry({ turns: [answered], unanswered: [before, after] })).toEqual({ kind: "ask", again: after });
    expect(retry({ turns: [answered], unanswered: [command] })).toEqual({ kind: "ask", again: answered });
    expect(retry({ unanswered: [after, command] })).toEqual({ kind: "ask", again: after });
    expect(retry({ unanswered: [command] })).toMatchObject({ notice: "nothing_to_retry" });
  });

  test("to forget erases only as the answer to the question whether to", () => {
    const [sure = ""] = bot.commands.forgetForSure;
    const asks = { kind: "say", notice: "forget", says: en.forget };
    expect(decide("/forget")).toEqual(asks);
    expect(decide("yes, forget it all")).toEqual(asks);
    expect(decide("yes, forget it all", { finished: [finished(0, "forget"), finished(1)] })).toEqual(asks);
    expect(decide("yes, forget it all", { finished: [finished(0), finished(1, "forget")] })).toEqual({
      ...{ kind: "forget", notice: "forgotten", says: en.forgotten },
    });
    expect(decide(sure, { finished: [finished(0, "forget")] }).kind).toBe("forget");
    expect(decide("/forget", { finished: [finished(0, "forget")] })).toEqual(asks);
  });

  test("to forget that is switched off cannot be confirmed either", () => {
    const memory = { finished: [finished(0, "forget")] };
    const commands = { ...bot.commands, forget: [] };
    for (const text of ["/forget", ...bot.commands.forgetForSure])
      expect(decide(text, memory, { commands })).toEqual({ kind: "ask" });
    expect(decide("/help", memory, { commands })).toMatchObject({ notice: "help" });
  });
});

test("a message is taken away if it was unsent, or is from before its chat was erased", () => {
  const one = turn("Hi");
  expect(isTakenAway(one, empty)).toBe(false);
  expect(isTakenAway(one, { ...empty, unsent: ["2", "1"] })).toBe(true);
  expect(isTakenAway(one, { ...empty, unsent: ["11"] })).toBe(false);
  expect(isTakenAway(one, { ...empty, erasedBefore: `${one.key}0` })).toBe(true);
  expect(isTakenAway(one, { ...empty, erasedBefore: one.key })).toBe(false);
  const { messageId, ...nameless } = one;
  expect(isTakenAway(nameless, { ...empty, unsent: ["1"] })).toBe(false);
});

test("under what is said stand the commands that come next, and under a mere sentence none", () => {
  const buttonsUnder = (question: string, memory: Partial<Memory> = {}) => {
    const decision = createDecide({ texts: bot.texts, commands: bot.commands, limits, timeZone })({
      ...{ turn: turn(question), memory: { ...empty, ...memory }, sentAt, now, isBotUsedUp: false },
    });
    const messages = "notice" in decision ? decision.notice.messages : [];
    return messages.flatMap(({ quickReply }) => quickReply?.items.map(({ action }) => action.text) ?? []);
  };
  const words = (name: CommandName) => wordsFor(name, "en", bot);
  expect(buttonsUnder("/help")).toEqual([words("memory"), words("forget")]);
  expect(buttonsUnder("/memory")).toEqual([words("export"), words("forget")]);
  expect(buttonsUnder("/forget")).toEqual([words("forgetForSure")]);
  expect(buttonsUnder("/retry")).toEqual([]);
  expect(buttonsUnder("Hi", used({ answers: 10 }))).toEqual([]);
});
