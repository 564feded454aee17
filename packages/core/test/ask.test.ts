import { defineBot } from "@henji/core/bot";
import type { Context } from "@henji/core/context/context";
import { BotError } from "@henji/core/error";
import { createLog } from "@henji/core/log";
import type { AskOptions, ModelAnswer } from "@henji/core/model/model";
import { textContent } from "@henji/core/platform/content";
import { type AskRequest, createAsk } from "@henji/core/reply/ask";
import { deadlines, hold } from "@henji/core/settings";
import { createSpending, nothingSpent } from "@henji/core/usage/spent";
import { beforeEach, expect, test } from "vitest";
import ownBot from "../../../bot.config.ts";
import { claimed, noCalls, nothingRemembered, past, unpaced } from "./turns.ts";

const start = 1_800_000_000_000;
const leaseUntil = start + 20_000;
const marks = { highWaterTokens: 200, lowWaterTokens: 160, maxTokens: 300 };
const bot = defineBot({ ...ownBot, memory: { ...ownBot.memory, ...marks } });

const user = { id: "U1", name: undefined };
const log = createLog({ write: () => {} });

const answered: ModelAnswer = {
  ...{ text: "Hello", cut: false, refused: false },
  usage: { inputTokens: 1, cachedTokens: 0, outputTokens: 1 },
};
const error = (code: string) => new BotError(code, "OpenAI answered 400", { retry: "never" });
const tooLong = error("model.context_too_long");
const refused = error("model.refused");

let now: number;
let contexts: Context[];
let options: AskOptions[];
let timeouts: number[];
let renewals: number[];
/** The model's results, request by request; a number lets that many milliseconds pass before the next. */
let says: (ModelAnswer | Error | number)[];

beforeEach(() => {
  now = start;
  [contexts, options, timeouts, renewals] = [[], [], [], []];
  says = [answered];
});

const asks = createAsk({
  bot,
  pace: unpaced,
  turns: {
    ...noCalls,
    async renew(_turn, until) {
      renewals.push(until);
      return until;
    },
  },
  model: {
    async ask(context, asked) {
      contexts.push(context);
      options.push(asked);
      let next = says.shift();
      if (typeof next === "number") {
        now += next;
        next = says.shift();
      }
      if (next instanceof Error) throw next;
      if (typeof next !== "object") throw new Error("Nothing was to be asked");
      return next;
    },
  },
  clock: {
    now: () => now,
    timeout(ms) {
      timeouts.push(ms);
      return new AbortController().signal;
    },
  },
});

const ask = (request: Partial<AskRequest> = {}) =>
  asks({
    ...{ turn: claimed({ leaseUntil }), memory: nothingRemembered, chat: { type: "user", id: "U1" } },
    ...{ asked: { question: textContent("Hi") }, repeats: undefined, safetyIdentifier: "s" },
    ...{ ready: async () => {}, deadline: start + 165_000, user, log },
    spending: createSpending(nothingSpent),
    ...request,
  });

const turns = Array.from({ length: 40 }, (_, n) => past(`${start - 100 + n}#E`, "a question"));
const remembered = { ...nothingRemembered, turns, summary: "Aki likes tea" };
/** Number of messages before the question, per request. */
const before = () => contexts.map(({ input }) => input.length - 1);

test("if the window is too long for the model, the question is asked once more within half the low mark, and not a third time", async () => {
  says = [tooLong, answered];
  expect(await ask({ memory: remembered })).toEqual({ answer: answered, isPastRefused: false });
  const [first = 0, second = 0] = before();
  expect(second).toBeGreaterThan(1);
  // Half of 160 tokens; the first request had 300.
  expect(second).toBeLessThan(first / 3);
  says = [tooLong, tooLong];
  await expect(ask({ memory: remembered })).rejects.toBe(tooLong);
});

test("no other error causes a second request", async () => {
  const unavailable = error("model.unavailable");
  says = [unavailable];
  await expect(ask({ memory: remembered })).rejects.toBe(unavailable);
  expect(contexts).toHaveLength(1);
});

test("a question that is refused with its past is asked once more without it", async () => {
  says = [refused, answered];
  expect(await ask({ memory: remembered })).toEqual({ answer: answered, isPastRefused: true });
  expect(contexts[1]?.input).toEqual([{ role: "user", content: "Hi" }]);
  says = [refused, refused];
  expect(await ask({ memory: remembered })).toMatchObject({
    answer: { refused: true },
    isPastRefused: false,
  });
  contexts = [];
  says = [refused];
  // OpenAI bills nothing for it.
  const usage = { inputTokens: 0, cachedTokens: 0, outputTokens: 0 };
  expect(await ask()).toMatchObject({ answer: { refused: true, text: "", usage }, isPastRefused: false });
  expect(contexts).toHaveLength(1);
});

test("the model's time-out is its maximum, or what the deadline leaves after the reserve", async () => {
  await ask();
  says = [answered];
  await ask({ deadline: start + deadlines.reserveMs + 9_000 });
  expect(timeouts).toEqual([bot.model.timeoutS * 1000, 9_000]);
});

test("the model is not asked without time left", async () => {
  const late = { code: "turn.lease_expired", retry: "later" };
  await expect(ask({ deadline: start + deadlines.reserveMs })).rejects.toMatchObject(late);
  expect(contexts).toEqual([]);
  await ask({ deadline: start + deadlines.reserveMs + 1 });
  expect(contexts).toHaveLength(1);
});

test("a lease is renewed only after it has expired", async () => {
  now = leaseUntil - 1;
  await ask();
  expect(renewals).toEqual([]);
  now = leaseUntil;
  says = [answered];
  await ask();
  expect(renewals).toEqual([leaseUntil + hold.leaseMs]);
});

test("a worker whose renewed lease has expired before the call does not ask", async () => {
  now = leaseUntil;
  const standing = createAsk({
    ...{ bot, model: { ask: () => Promise.reject(new Error("Nothing was to be asked")) }, pace: unpaced },
    turns: {
      ...noCalls,
      async renew(_turn, until) {
        now = until;
        return until;
      },
    },
    clock: { now: () => now, timeout: () => new AbortController().signal },
  });
  const request: AskRequest = {
    ...{ turn: claimed({ leaseUntil }), memory: nothingRemembered, chat: { type: "user", id: "U1" } },
    ...{ asked: { question: textContent("Hi") }, repeats: undefined, safetyIdentifier: "s" },
    ...{ ready: async () => {}, deadline: start + 175_000, user, log },
    spending: createSpending(nothingSpent),
  };
  await expect(standing(request)).rejects.toMatchObject({ code: "turn.lease_expired" });
});

test("each request is made only if its answer could be delivered, also repeats within one call", async () => {
  const dead = error("line.unauthorized");
  const ready = () => Promise.reject(dead);
  await expect(ask({ ready })).rejects.toBe(dead);
  expect(contexts).toEqual([]);
  let isDead = false;
  await ask({ ready: async () => (isDead ? ready() : undefined) });
  isDead = true;
  await expect(options[0]?.beforeRequest()).rejects.toBe(dead);
});

test("while the lease is renewed the platform may be found to refuse everything: then nothing is asked", async () => {
  now = leaseUntil;
  const dead = error("line.unauthorized");
  const ready = async () => {
    if (renewals.length > 0) throw dead;
  };
  await expect(ask({ ready })).rejects.toBe(dead);
  expect(contexts).toEqual([]);
});
