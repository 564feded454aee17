import type { BotError } from "@henji/core/error";
import type { Held } from "@henji/core/held";
import { createLog, userHash } from "@henji/core/log";
import type { Delivery } from "@henji/core/platform/platform";
import { createSend } from "@henji/core/send";
import type { NoticeKind } from "@henji/core/turn/answer";
import type { AnsweredTurn, Turn } from "@henji/core/turn/turn";
import type { DayUsage } from "@henji/core/usage/usage";
import { beforeEach, expect, test } from "vitest";
import bot from "../../../bot.config.ts";
import { held, platformWith } from "./held.ts";
import { answered, claimed, nothingRemembered, past as pastTurn } from "./turns.ts";

const now = 1_800_000_000_000;
let writes: unknown[];
let totals: DayUsage[];
let foldings: unknown[];
let sentIds: readonly string[] | undefined;

beforeEach(() => {
  writes = [];
  totals = [];
  foldings = [];
});

const never = () => Promise.reject(new Error("Not expected"));

const send = createSend({
  bot,
  reminders: { put: never },
  turns: {
    ...{ wait: never, carry: never, shown: never, drop: never },
    supersede: async (turn) => void writes.push(["supersede", turn]),
    usePush: async (turn) => void writes.push(["use push", turn]),
    async delivered(turn, { route, requestId, sentIds: ids, total, folding }) {
      sentIds = ids;
      writes.push(["delivered", turn, route, requestId]);
      totals.push(total.usage);
      foldings.push(folding);
    },
  },
  identify: (userId) => userId,
  clock: { now: () => now, timeout: () => new AbortController().signal },
});

/** What the platform is given for an answer that was stored just now, or was found stored. */
async function deliveryOf(turn: AnsweredTurn, found: Turn = claimed()): Promise<Delivery> {
  const deliveries: Delivery[] = [];
  const platform = platformWith({
    async deliver(delivery) {
      deliveries.push(delivery);
      return { route: "push", requestId: "r1" };
    },
  });
  const holding: Held = held({ platform, turn: found });
  await send({ turn, past: undefined }, holding);
  expect(deliveries).toHaveLength(1);
  return deliveries[0]!;
}

test("a call is made only if the lease lasts for as long as the call can take", async () => {
  const { mustHold } = await deliveryOf(answered({ leaseUntil: now + 4_000 }));
  expect(() => mustHold(4_000)).not.toThrow();
  expect(() => mustHold(4_001)).toThrow(
    expect.objectContaining<Partial<BotError>>({
      code: "turn.lease_expired",
      retry: "later",
      outcome: "failed",
    }),
  );
});

test("of a send that is recognized as a repeat only the newest ids are its own: more may have gone out with the first", async () => {
  const platform = platformWith({
    deliver: async () => ({ route: "push", requestId: "r1", sentIds: ["brought", "own"] }),
  });
  await send({ turn: answered(), past: undefined }, held({ platform }));
  expect(sentIds).toEqual(["own"]);
});

test("an answer may have been sent before only if its outcome is unknown", async () => {
  const maybeSentAt = async (found: Turn) => (await deliveryOf(answered(), found)).maybeSentAt;
  expect(await maybeSentAt(claimed())).toBeUndefined();
  expect(await maybeSentAt(claimed({ crashes: 1 }))).toBeUndefined();
  expect(await maybeSentAt(answered())).toBeUndefined();
  expect(await maybeSentAt(answered({ crashes: 1 }))).toBeUndefined();
  expect(await maybeSentAt(answered({ outcomeUnknownSince: 0, maybeSentAt: 7 }))).toBe(7);
  // A turn of a version that kept the first such send only.
  expect(await maybeSentAt(answered({ outcomeUnknownSince: 0 }))).toBe(0);
});

test("the turn records the switch to push, and the route by which its answer was sent", async () => {
  const turn = answered({}, { route: "reply" });
  const { usePush } = await deliveryOf(turn);
  await usePush();
  expect(writes).toEqual([
    ["delivered", turn, "push", "r1"],
    ["use push", turn],
  ]);
});

const platform = platformWith({ deliver: async () => ({ route: "reply", requestId: "r1" }) });

function notice(kind: NoticeKind): AnsweredTurn {
  const { answer, ...turn } = answered();
  const { messages, idempotencyKey, route } = answer;
  return { ...turn, answer: { from: "bot", notice: kind, messages, idempotencyKey, route } };
}

test("after everything was erased, a fold that was due is skipped", async () => {
  const next = async (turn: AnsweredTurn) => send({ turn, past: undefined }, held({ platform }));
  expect(await next(notice("forgotten"))).toEqual({ kind: "acknowledge", next: { kind: "skip_fold" } });
  expect(await next(notice("help"))).toEqual({ kind: "acknowledge", next: { kind: "nothing" } });
  expect(await next(answered())).toEqual({ kind: "acknowledge", next: { kind: "nothing" } });
});

test("a turn that fills the window records the fold that follows it, so that no other turn begins one", async () => {
  const { highWaterTokens } = bot.memory;
  const holding = held({ platform, memory: { ...nothingRemembered, version: 3 } });
  const past = { ...pastTurn(answered().key, "Hi"), tokens: { question: highWaterTokens, answer: 1 } };
  const verdict = await send({ turn: answered(), past }, holding);
  const { memory, batch, log } = holding;
  const task = { chatId: "U1", memory, past, safetyIdentifier: "U1", deadline: batch.deadline, log };
  expect(verdict).toEqual({ kind: "acknowledge", next: { kind: "fold", task } });
  await send({ turn: answered(), past: pastTurn(answered().key, "Hi") }, holding);
  expect(foldings).toEqual([{ until: batch.deadline, version: 3 }, undefined]);
});

test("the notice of a limit is recorded in the day's total, unless that day has ended meanwhile", async () => {
  const usage: DayUsage = {
    ...{ day: "2027-01-15", user: userHash("U1"), answers: 1, replies: 1, pushes: 0, refused: false },
    ...{ inputTokens: 1, cachedTokens: 0, outputTokens: 1, foldVersion: 0 },
  };
  const isTold = async (kind: NoticeKind, usages: DayUsage[]) => {
    const memory = { ...nothingRemembered, usages };
    await send({ turn: notice(kind), past: undefined }, held({ platform, memory }));
    return totals.at(-1)?.refused;
  };
  expect(await isTold("daily_limit", [usage])).toBe(true);
  expect(await isTold("daily_limit", [])).toBe(false);
  expect(await isTold("total_limit", [])).toBe(true);
  expect(await isTold("help", [usage])).toBe(false);
});

test("the log has the route of an answer, how long its user waited, and whether an earlier attempt had stored it", async () => {
  const logged: Record<string, unknown>[] = [];
  const log = createLog({ write: (line) => void logged.push(JSON.parse(line)) });
  for (const turn of [claimed(), answered()]) {
    await send({ turn: answered(), past: undefined }, held({ platform, turn, log }));
  }
  const entry = { name: "turn.delivered", by: "reply", requestId: "r1", ms: 0 };
  expect(logged).toMatchObject([
    { ...entry, resumed: false },
    { ...entry, resumed: true },
  ]);
});

test("a wait is counted from the webhook, and never below zero", async () => {
  const logged: Record<string, unknown>[] = [];
  const log = createLog({ write: (line) => void logged.push(JSON.parse(line)) });
  const { job } = held({ platform });
  for (const receivedAt of [now - 1_500, now + 200]) {
    await send({ turn: answered(), past: undefined }, held({ platform, job: { ...job, receivedAt }, log }));
  }
  expect(logged.map(({ waitMs }) => waitMs)).toEqual([1_500, 0]);
});
