import type { Memory } from "@henji/core/chat/chats";
import { isErased } from "@henji/core/chat/state";
import { pressingData, pressingIn } from "@henji/core/decide/button";
import { decide as decideFor } from "@henji/core/decide/decide";
import { type Content, textContent } from "@henji/core/platform/content";
import type { NoticeKind, Repeated } from "@henji/core/turn/answer";
import type { FinishedTurn } from "@henji/core/turn/past";
import { emptyTranscript, type Transcript } from "@henji/core/turn/transcript";
import { type DayUsage, runningTotal } from "@henji/core/usage/usage";
import { describe, expect, test } from "vitest";
import bot from "../../../bot.config.ts";
import { claimed, nothingRemembered, past as pastTurn } from "./turns.ts";

const now = 1_800_000_000_000;
const today = "2027-01-16";
const user = "0123456789ab";
const sentAt = now - 1_000;
const limits = { ...bot.limits, maxUnanswered: 3, dailyMessages: 10, dailyTokens: 1_000 };

const key = (at: number) => `${at}#E1`;
const past = (question: string) => pastTurn(key(sentAt - 60_000), question);
const finished = (finishedAt: number, notice?: NoticeKind): FinishedTurn => ({
  ...{ key: key(finishedAt), senderId: "U1", finishedAt, notice },
});

const turn = (question: string) => claimed({ key: key(sentAt), question: textContent(question) });

const happening = {
  ...{ eventId: "E1", at: sentAt, type: "", senderId: "U1" },
  chat: { type: "user", id: "U1" },
} as const;

function decide(
  question: string,
  memory: Partial<Memory> = {},
  {
    commands = bot.commands,
    isBotUsedUp = false,
    transcript,
  }: { commands?: typeof bot.commands; isBotUsedUp?: boolean; transcript?: Transcript } = {},
) {
  const all = { ...nothingRemembered, ...memory };
  const usage = runningTotal(all.usages, all.fold, { user, day: today });
  const total = { usage, isUnlisted: false };
  const request = {
    turn: { ...turn(question), transcript },
    inbound: { ...happening, kind: "question" as const, messageId: "1", content: textContent(question) },
    memory: all,
    total,
    isBotUsedUp,
  };
  return decideFor(request, { ...bot, commands, limits });
}

/** A question that the model answers. */
const asks = (question: string, repeats?: Repeated) => ({
  ...{ kind: "ask", question: textContent(question), repeats },
});
/** What is asked once more of a turn. */
const again = ({
  key: of,
  question,
  messageId,
}: Pick<Repeated, "key" | "question"> & { messageId?: string | undefined }) => ({
  ...{ kind: "ask", question, repeats: { key: of, origin: of, question, messageId, senderId: "U1" } },
});

const used = (fields: Partial<DayUsage>) => ({
  usages: [
    {
      ...{ day: today, user, answers: 0, inputTokens: 0, cachedTokens: 0, outputTokens: 0 },
      ...{ replies: 0, pushes: 0, refused: false, foldVersion: 0, ...fields },
    },
  ],
});

describe("a message sent while others are waiting", () => {
  const inLine = (count: number, notice?: "too_many") =>
    Array.from({ length: count }, (_, n) => finished(sentAt + 1 + n, n === 0 ? notice : undefined));

  test("is answered below the limit; at the limit the user is told once, and further ones are dropped", () => {
    expect(decide("Hi", { finished: inLine(2) })).toEqual(asks("Hi"));
    expect(decide("Hi", { finished: inLine(3) })).toEqual({
      ...{ kind: "flooded", waiting: 3, isTold: false },
    });
    expect(decide("Hi", { finished: inLine(3, "too_many") })).toEqual({
      ...{ kind: "flooded", waiting: 3, isTold: true },
    });
  });

  test("counts the turns that were finished after it was sent, and no others", () => {
    const before = [finished(sentAt - 1, "too_many"), finished(sentAt)];
    expect(decide("Hi", { finished: [...before, ...inLine(2)] })).toEqual(asks("Hi"));
    expect(decide("Hi", { finished: [...before, ...inLine(3)] })).toEqual({
      ...{ kind: "flooded", waiting: 3, isTold: false },
    });
  });
});

test("a question for which the model has called tools is answered, whatever limit is reached since", () => {
  const begun = { isBotUsedUp: true, transcript: emptyTranscript };
  expect(decide("Hi", used({ answers: 10 }), begun)).toEqual(asks("Hi"));
  const inLine = [1, 2, 3].map((n) => finished(sentAt + n));
  expect(decide("Hi", { finished: inLine }, begun)).toEqual(asks("Hi"));
});

describe("a daily limit", () => {
  test.each([
    ["answers", { answers: 9 }, { answers: 10 }],
    ["tokens read", { inputTokens: 999 }, { inputTokens: 1_000 }],
    ["tokens written", { outputTokens: 999 }, { outputTokens: 1_000 }],
    ["tokens together", { inputTokens: 600, outputTokens: 399 }, { inputTokens: 600, outputTokens: 400 }],
  ])("of %s stops answers, but not commands", (_, below, reached) => {
    expect(decide("Hi", used(below))).toEqual(asks("Hi"));
    expect(decide("Hi", used(reached))).toEqual({ kind: "say", notice: "daily_limit" });
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

  test("for commands is twice that of answers, replies and pushes together", () => {
    expect(decide("/help", used({ replies: 12, pushes: 7 }))).toMatchObject({ notice: "help" });
    expect(decide("/help", used({ replies: 12, pushes: 8 }))).toMatchObject({ notice: "daily_limit" });
    expect(decide("/forget", used({ replies: 12, pushes: 8 }))).toMatchObject({ notice: "forget" });
  });

  test("of all users together stops answers for each, but not commands", () => {
    const all = { isBotUsedUp: true };
    expect(decide("Hi", {}, all)).toEqual({ kind: "say", notice: "total_limit" });
    expect(decide("Hi", used({ refused: true }), all)).toEqual({ kind: "drop", because: "total_limit" });
    expect(decide("/retry", { turns: [past("Hi")] }, all)).toMatchObject({ notice: "total_limit" });
    expect(decide("/help", {}, all)).toMatchObject({ notice: "help" });
    // A user who has reached their own limit is told that one.
    expect(decide("Hi", used({ answers: 10 }), all)).toMatchObject({ notice: "daily_limit" });
  });

  test("is reset at midnight in the bot's time zone", () => {
    expect(decide("Hi", used({ day: "2027-01-15", answers: 10 }))).toEqual(asks("Hi"));
  });
});

describe("a command", () => {
  test("is executed", () => {
    expect(decide("ヘルプ")).toEqual({ kind: "say", notice: "help" });
    expect(decide("/memory", { summary: "Aki likes tea." })).toEqual({ kind: "say", notice: "memory" });
    expect(decide("/export")).toEqual({ kind: "export", from: undefined });
    expect(decide("/export 1800000000000")).toEqual({ kind: "export", from: "1800000000000" });
    expect(decide("/retry")).toEqual({ kind: "say", notice: "nothing_to_retry" });
    expect(decide("/retry", { turns: [past("1"), past("2")] })).toEqual(again(past("2")));
    expect(decide("Hi", { turns: [past("1")] })).toEqual(asks("Hi"));
  });

  test("to retry refers to the turn that first asked the question, however often it was repeated", () => {
    const repeated = { ...past("2"), origin: key(5) };
    expect(decide("/retry", { turns: [repeated] })).toMatchObject({
      repeats: { key: repeated.key, origin: key(5) },
    });
  });

  test("to retry repeats the newest question, whether it was answered or parked", () => {
    const parked = (at: number, question: string): Repeated => {
      const messageId = `M${at}`;
      return { key: key(at), origin: key(at), question: textContent(question), messageId, senderId: "U1" };
    };
    const answered = past("answered");
    const before = parked(sentAt - 120_000, "given up on before");
    const after = parked(sentAt - 30_000, "given up on after");
    const command = parked(sentAt - 20_000, "/help");
    const retry = ({ turns = [], unanswered = [] }: Partial<Memory>) => {
      const keys = [...turns, ...unanswered].map((one) => one.key).sort();
      return decide("/retry", {
        turns,
        unanswered,
        finished: keys.map((one) => ({ key: one, finishedAt: 0, notice: undefined })),
      });
    };
    expect(retry({ turns: [answered], unanswered: [before] })).toEqual(again(answered));
    expect(retry({ turns: [answered], unanswered: [before, after] })).toEqual(again(after));
    expect(retry({ turns: [answered], unanswered: [command] })).toEqual(again(answered));
    expect(retry({ unanswered: [after, command] })).toEqual(again(after));
    expect(retry({ unanswered: [command] })).toMatchObject({ notice: "nothing_to_retry" });
    // A greeting, or a file that no model reads, asks nothing when it was parked; a picture does.
    const picture: Content = [{ kind: "image", ref: "1" }];
    expect(retry({ unanswered: [{ ...after, question: picture }] })).toMatchObject({ question: picture });
    const wordless: Content[] = [[], [{ kind: "file", ref: "1", name: "a.zip" }]];
    for (const question of wordless)
      expect(retry({ turns: [answered], unanswered: [{ ...after, question }] })).toEqual(again(answered));
  });

  test("to confirm forgetting erases only right after the bot has asked", () => {
    const [sure = ""] = bot.commands.forgetForSure;
    const asksFirst = { kind: "say", notice: "forget" };
    expect(decide("/forget")).toEqual(asksFirst);
    expect(decide("yes, forget it all")).toEqual(asksFirst);
    expect(decide("yes, forget it all", { finished: [finished(0, "forget"), finished(1)] })).toEqual(
      asksFirst,
    );
    expect(decide("yes, forget it all", { finished: [finished(0), finished(1, "forget")] })).toEqual({
      ...{ kind: "forget" },
    });
    expect(decide(sure, { finished: [finished(0, "forget")] }).kind).toBe("forget");
    expect(decide("/forget", { finished: [finished(0, "forget")] })).toEqual(asksFirst);
  });

  test("to confirm forgetting does nothing if the command to forget is switched off", () => {
    const memory = { finished: [finished(0, "forget")] };
    const commands = { ...bot.commands, forget: [] };
    for (const text of ["/forget", ...bot.commands.forgetForSure])
      expect(decide(text, memory, { commands })).toEqual(asks(text));
    expect(decide("/help", memory, { commands })).toMatchObject({ notice: "help" });
  });
});

test("a message counts as erased if it was unsent, or is older than the erasure of its chat", () => {
  const one = turn("Hi");
  expect(isErased(one, nothingRemembered)).toBe(false);
  expect(isErased(one, { ...nothingRemembered, unsent: ["2", "1"] })).toBe(true);
  expect(isErased(one, { ...nothingRemembered, unsent: ["11"] })).toBe(false);
  expect(isErased(one, { ...nothingRemembered, erasedBefore: `${one.key}0` })).toBe(true);
  expect(isErased(one, { ...nothingRemembered, erasedBefore: one.key })).toBe(false);
  // An erased turn has no message id any more.
  expect(isErased({ ...one, messageId: "" }, { ...nothingRemembered, unsent: ["1"] })).toBe(false);
});

describe("a button of the bot's own", () => {
  const [first, second] = [key(sentAt - 60_000), key(sentAt - 30_000)];
  const recent = [
    { key: first, status: "delivered", rest: "and so on", waiting: undefined },
    { key: second, status: "delivered", rest: undefined, waiting: undefined },
  ] as const;

  function press(data: string, memory: Partial<Memory> = {}, isBotUsedUp = true) {
    const all = { ...nothingRemembered, recent, ...memory };
    const inbound = { ...happening, kind: "pressed", data } as const;
    const usage = runningTotal(all.usages, all.fold, { user, day: today });
    const total = { usage, isUnlisted: false };
    const request = { turn: turn(""), inbound, memory: all, total, isBotUsedUp };
    return decideFor(request, { ...bot, limits });
  }

  test("goes on with what was left of that answer, at no cost", () => {
    expect(press(`go_on:${first}`)).toEqual({ kind: "go_on", rest: "and so on" });
  });

  test("says so if nothing of it is stored any more", () => {
    expect(press(`go_on:${second}`)).toEqual({ kind: "say", notice: "gone" });
    expect(press(`go_on:${key(0)}`)).toEqual({ kind: "say", notice: "gone" });
  });

  test("asks once more what was given up on, for nobody but the member who asked it", () => {
    const parked = { key: second, status: "parked", rest: undefined, waiting: undefined } as const;
    const asked = { key: second, origin: second, question: textContent("Why?"), messageId: "1" };
    const by = (senderId: string) => ({ recent: [parked], unanswered: [{ ...asked, senderId }] });
    const pressed = (senderId: string) => press(`answer:${second}`, by(senderId), false);
    expect(pressed("U1")).toEqual(again({ ...asked }));
    expect(pressed("U2")).toEqual({ kind: "say", notice: "gone" });
  });

  test("counts as a message that costs no model call", () => {
    expect(press(`go_on:${first}`, used({ replies: 20 }))).toEqual({ kind: "say", notice: "daily_limit" });
  });

  test("has data that leads back to what it asks for", () => {
    const pressing = { kind: "go_on", key: first } as const;
    expect(pressingIn(pressingData(pressing))).toEqual(pressing);
    for (const data of ["", "go_on:", "buy:1", "xgo_on:1"]) expect(pressingIn(data)).toBeUndefined();
  });
});

test("“no” without a question is a message like any other, and counts as one", () => {
  const no = bot.commands.keep[0]!;
  expect(decide(no)).toEqual(asks(no));
  expect(decide(no, used({ answers: limits.dailyMessages }))).toEqual({ kind: "say", notice: "daily_limit" });
  const wasAsked = { finished: [finished(sentAt - 1, "forget")] };
  expect(decide(no, wasAsked)).toEqual({ kind: "say", notice: "kept" });
});
