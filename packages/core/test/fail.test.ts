import type { Memory } from "@henji/core/chat/chats";
import { BotError } from "@henji/core/error";
import { createFail, type Failure } from "@henji/core/fail";
import { createLog } from "@henji/core/log";
import { retry } from "@henji/core/settings";
import type { Turn } from "@henji/core/turn/turn";
import { acknowledged } from "@henji/core/verdict";
import { beforeEach, expect, test } from "vitest";
import bot from "../../../bot.config.ts";
import { held } from "./held.ts";
import { answered, claimed, nothingRemembered } from "./turns.ts";

const now = 1_800_000_000_000;

const failedWith = (code: string, outcomeUnknownSince: number | undefined) => ({
  ...{ at: now, code, requestId: undefined, outcomeUnknownSince },
});

const unavailable = new BotError("model.unavailable", "OpenAI answered 503", { retry: "later" });
const rejected = new BotError("model.rejected", "OpenAI answered 400", { retry: "never" });
const throttled = new BotError("table.throttled", "DynamoDB asks to wait", { retry: "later" });

let writes: unknown[][];
let logged: Record<string, unknown>[];
/** The responses of the table to a release, and of the queue to a copy. */
let isTableBroken: boolean;
let isQueueBroken: boolean;

beforeEach(() => {
  writes = [];
  logged = [];
  [isTableBroken, isQueueBroken] = [false, false];
});

const log = createLog({ write: (line) => void logged.push(JSON.parse(line)) });

const { fail, isolate } = createFail({
  bot,
  turns: {
    park: async ({ key }, { code, outcomeUnknownSince, apologyBy }) =>
      void writes.push(["park", key, { code, outcomeUnknownSince, apologyBy }]),
    drop: async (turn, _at, _total, because) => void writes.push(["drop", turn.key, because]),
    told: async () => {},
    spend: async ({ key }, at) => void writes.push(["spend", key, at]),
    postpone: async ({ key }, { code, limited }) => void writes.push(["postpone", key, { code, limited }]),
    async release(turn, failure) {
      if (isTableBroken) throw throttled;
      writes.push(["release", turn.key, failure]);
    },
  },
  inbox: {
    async park() {
      if (isQueueBroken) throw throttled;
      writes.push(["copy"]);
    },
  },
  random: () => 0.5,
  clock: { now: () => now, timeout: () => new AbortController().signal },
});

const failed = (turn: Turn, error: BotError, memory: Memory = nothingRemembered): Failure => {
  const { message, job, platform, batch, profile } = held();
  const work = { message, job, platform, batch, profile, log };
  return { kind: "claimed", ...work, turn, error, recalling: Promise.resolve(memory) };
};

const { key } = claimed();
const last = { attempts: retry.maxAttempts };

test("a failed attempt releases its lease, with the time since which the outcome of its send is unknown", async () => {
  expect(await fail(failed(claimed(), unavailable))).toEqual({ kind: "retry", inS: 6 });
  const second = answered({ attempts: 2, outcomeUnknownSince: 7 });
  expect(await fail(failed(second, unavailable))).toEqual({ kind: "retry", inS: 17 });
  expect(writes).toEqual([
    ["release", key, failedWith("model.unavailable", undefined)],
    ["release", key, failedWith("model.unavailable", 7)],
  ]);
});

test("a wait that outlasts the free reply is told of, if nothing is wrong but the model", async () => {
  await fail(failed(claimed({ attempts: 2 }), unavailable));
  const dead = new BotError("line.unauthorized", "LINE answered 401", { retry: "later" });
  await fail(failed(claimed({ attempts: 3 }), dead));
  expect(writes.map(([write]) => write)).toEqual(["release", "release"]);
  writes = [];
  await fail(failed(claimed({ attempts: 3 }), unavailable));
  expect(writes.map(([write]) => write)).toEqual(["spend", "release"]);
});

test("a retry waits for as long as the other side has asked for", async () => {
  const busy = new BotError("model.unavailable", "OpenAI answered 503", {
    ...{ retry: "later", retryAfterMs: 60_000 },
  });
  expect(await fail(failed(claimed(), busy))).toEqual({ kind: "retry", inS: 60 });
});

test("parking records since when the outcome of a send is unknown; then no apology is sent", async () => {
  expect(await fail(failed(answered({ ...last, outcomeUnknownSince: 7 }), rejected))).toEqual(acknowledged);
  const parking = { code: "model.rejected", outcomeUnknownSince: 7, apologyBy: undefined };
  expect(writes).toEqual([["copy"], ["park", key, parking]]);
});

test.each(["turn.lost", "turn.lease_expired"])(
  "a worker that fails with %s writes nothing, even at the last attempt, because another may hold the turn",
  async (code) => {
    const lost = new BotError(code, "Another worker has it", { retry: "later" });
    expect(await fail(failed(claimed(last), lost))).toMatchObject({ kind: "retry" });
    expect(writes).toEqual([]);
    expect(logged).toMatchObject([{ name: "job.retry", code, claimed: true }]);
  },
);

test("a lease that cannot be released is logged, and the message is retried all the same", async () => {
  isTableBroken = true;
  expect(await fail(failed(claimed(), unavailable))).toEqual({ kind: "retry", inS: 6 });
  expect(logged).toMatchObject([
    { name: "turn.not_released", code: "table.throttled" },
    { name: "job.retry", code: "model.unavailable" },
  ]);
});

test("a message that cannot be parked is retried after the longest wait, with its lease released", async () => {
  isQueueBroken = true;
  const longest = { kind: "retry", inS: 149 };
  expect(await fail(failed(claimed(last), rejected))).toEqual(longest);
  expect(await fail(failed(claimed(), rejected))).toEqual(longest);
  const release = ["release", key, failedWith("model.rejected", undefined)];
  expect(writes).toEqual([release, release]);
  const { message } = held();
  expect(await fail({ kind: "unclaimed", message, error: rejected, log })).toEqual(longest);
  expect(writes).toHaveLength(2);
  const { maxAttempts } = retry;
  expect(logged.map(({ code, attempts }) => [code, attempts])).toEqual(
    Array(3).fill(["table.throttled", maxAttempts]),
  );
});

test("a message without a turn is not parked, however often it was received", async () => {
  const message = { ...held().message, receiveCount: 100 };
  expect(await fail({ kind: "unclaimed", message, error: unavailable, log })).toMatchObject({
    kind: "retry",
  });
  expect(writes).toEqual([]);
  expect(logged).toMatchObject([{ name: "job.retry", attempts: 100, claimed: false }]);
});

test("a message that was erased is dropped instead of parked", async () => {
  const memory = { ...nothingRemembered, unsent: [claimed().messageId] };
  expect(await fail(failed(claimed(), rejected, memory))).toMatchObject({ kind: "acknowledge" });
  expect(writes).toEqual([["drop", key, "unsent"]]);
  expect(logged).toMatchObject([{ name: "turn.dropped", because: "unsent" }]);
});

test("an isolated message comes back at a random time, and its crash is recorded", async () => {
  const inS = 1 + retry.isolateWithinS / 2;
  expect(await isolate(claimed({ crashes: 2 }), log)).toEqual({ kind: "retry", inS });
  expect(writes).toEqual([["release", key, failedWith("worker.crashed", undefined)]]);
  expect(logged).toMatchObject([{ name: "turn.isolated", crashes: 2, inS }]);
});

test("isolating keeps the time since which the answer may have been sent", async () => {
  await isolate(answered({ crashes: 2 }), log);
  await isolate(answered({ crashes: 2, outcomeUnknownSince: 7 }), log);
  expect(writes).toEqual([
    ["release", key, failedWith("worker.crashed", undefined)],
    ["release", key, failedWith("worker.crashed", 7)],
  ]);
});
