import type { Bot } from "@henji/core/bot";
import { replyTokenFreshMs } from "@henji/core/settings";
import { createRandom } from "../random.ts";
import { minutes } from "../scheduler.ts";
import {
  around,
  cacheLivesMs,
  createModelMs,
  fullBatchS,
  type ModelSpeed,
  tokensPerAnswer,
} from "./answer.ts";
import { type Arrivals, drawArrivals, type Traffic } from "./arrivals.ts";
import { type Cost, costOf, sumOf, type Work } from "./cost.ts";
import { type Played, play } from "./play.ts";
import { type Demand, type Limits, type Use, urlRequestsPerS, usesOf } from "./quotas.ts";
import { createSlots } from "./slots.ts";

export type LoadOptions = {
  traffic: Traffic;
  limits: Limits;
  speed: ModelSpeed;
  bot: Bot;
  seed: number;
  /** One of so many users is played, on one of so many of every limit. */
  oneIn: number;
};

/** Of the messages that came in one minute. */
export type Minute = {
  /** Since midnight. */
  minute: number;
  messages: number;
  /** What came in this minute waited so long for its answer, seconds; undefined if nothing came. */
  p50S: number | undefined;
  p99S: number | undefined;
  /** Sent in this minute. */
  answers: number;
  workers: number;
  cost: Cost;
};

export type Load = {
  messages: number;
  /** Webhooks beyond what the function URL takes: LINE sends them again, if its redelivery is on. */
  refused: number;
  tooOld: number;
  demand: Demand;
  /** The fullest first. */
  uses: Use[];
  waitS: { p50: number; p99: number; most: number };
  /** The longest that a question waited for its slot at the model, seconds. */
  slotS: number;
  /** At once, at the most. */
  workers: number;
  cost: Cost;
  /** Dollars of the dearest 60 minutes. */
  peakHourUsd: number;
  /** Answers too late for a free reply: so many pushes at the most. */
  late: number;
  minutes: Minute[];
};

/** Lambda: five batches at once, and 300 more a minute. Documented for standard queues; a FIFO queue's is not. */
const ramp = { from: 5, perMinute: 300 };

/** Plays a day, and says what came of it, for all users. */
export function runLoad({ traffic, limits, speed, bot, seed, oneIn }: LoadOptions): Load {
  const random = createRandom(String(seed));
  const users = Math.round(traffic.users / oneIn);
  const all = drawArrivals({ ...traffic, users }, random.fork("arrivals"));
  const demand = demandOf(all, oneIn);
  const taken = withinRate(all, urlRequestsPerS(limits) / oneIn);
  const modelMs = createModelMs(speed);
  const { capacity } = limits;
  const rate = {
    requestsPerMinute: limits.requestsPerMinute / oneIn,
    tokensPerMinute: limits.tokensPerMinute / oneIn,
  };
  const workers = Math.round(capacity.worker.maximumConcurrency / oneIn);
  const played = play({
    arrivals: taken,
    chats: users,
    workers: Math.max(1, workers),
    batchSize: capacity.worker.batchSize,
    ramp: { from: Math.ceil(ramp.from / oneIn), perMinute: ramp.perMinute / oneIn },
    steps: { ...around, modelMs },
    slots: createSlots(rate, tokensPerAnswer),
    random: random.fork("play"),
  });

  const waits = sorted(played.waitMs);
  const byMinute = minutesOf(taken, played, { bot, limits, oneIn });
  const total = (pick: (one: Minute) => number) => byMinute.reduce((sum, one) => sum + pick(one), 0);
  const part = (name: keyof Cost) => total(({ cost }) => cost[name]);
  return {
    messages: all.at.length * oneIn,
    refused: (all.at.length - taken.at.length) * oneIn,
    tooOld: (taken.at.length - waits.length) * oneIn,
    demand,
    uses: usesOf(demand, limits, fullBatchS(modelMs, random.fork("batch"), capacity.worker.batchSize)),
    waitS: { p50: quantile(waits, 0.5), p99: quantile(waits, 0.99), most: quantile(waits, 1) },
    slotS: played.slotMs / 1000,
    workers: Math.max(...byMinute.map((one) => one.workers)),
    cost: {
      ...{ model: part("model"), lambda: part("lambda"), table: part("table") },
      ...{ queue: part("queue"), logs: part("logs") },
    },
    peakHourUsd: dearestHour(byMinute),
    late: waits.filter((ms) => ms > replyTokenFreshMs).length * oneIn,
    minutes: byMinute,
  };
}

/** In seconds. */
function quantile(sortedMs: Float64Array, share: number): number {
  return (sortedMs[Math.min(sortedMs.length - 1, Math.floor(sortedMs.length * share))] ?? 0) / 1000;
}

/** The fullest ten seconds and the fullest minute. */
function demandOf({ at, chat }: Arrivals, oneIn: number): Demand {
  const seen = new Set<number>();
  const firsts = at.filter((_, n) => {
    const isFirst = !seen.has(chat[n]!);
    if (isFirst) seen.add(chat[n]!);
    return isFirst;
  });
  return {
    perS: (fullest(at, 10_000) * oneIn) / 10,
    perMinute: fullest(at, minutes(1)) * oneIn,
    chatsPerS: (fullest(firsts, 10_000) * oneIn) / 10,
  };
}

/** The most that come within one span. */
function fullest(at: Float64Array, spanMs: number): number {
  let [span, inSpan, most] = [-1, 0, 0];
  for (const ms of at) {
    const its = Math.floor(ms / spanMs);
    if (its !== span) [span, inSpan] = [its, 0];
    inSpan += 1;
    most = Math.max(most, inSpan);
  }
  return most;
}

/** Without what comes in a second after so many others. */
function withinRate({ at, chat }: Arrivals, perS: number): Arrivals {
  let [second, inSecond] = [-1, 0];
  const kept = new Uint8Array(at.length);
  for (let n = 0; n < at.length; n += 1) {
    const its = Math.floor(at[n]! / 1_000);
    if (its !== second) [second, inSecond] = [its, 0];
    inSecond += 1;
    if (inSecond <= perS) kept[n] = 1;
  }
  return { at: at.filter((_, n) => kept[n]), chat: chat.filter((_, n) => kept[n]) };
}

type Paid = { bot: Bot; limits: Limits; oneIn: number };

function minutesOf(arrivals: Arrivals, played: Played, { bot, limits, oneIn }: Paid): Minute[] {
  const { at } = arrivals;
  const cold = coldAnswers(arrivals, played);
  const allWorkersMs = played.minutes.reduce((sum, { workerMs }) => sum + workerMs, 0);
  let n = 0;
  return played.minutes.map(({ answers, workers, workerMs }, minute): Minute => {
    const first = n;
    while (n < at.length && at[n]! < minutes(minute + 1)) n += 1;
    const waits = sorted(played.waitMs.subarray(first, n));
    // What is counted for the whole day goes by the share of the workers' time.
    const share = allWorkersMs === 0 ? 0 : (workerMs / allWorkersMs) * oneIn;
    const work: Work = {
      webhooks: (n - first) * oneIn,
      answers: answers * oneIn,
      cold: cold[minute]! * oneIn,
      invocations: played.invocations * share,
      workerMs: workerMs * oneIn,
      deletes: played.deletes * share,
      renewals: played.renewals * share,
    };
    return {
      ...{ minute, messages: (n - first) * oneIn, answers: answers * oneIn, workers: workers * oneIn },
      p50S: waits.length > 0 ? quantile(waits, 0.5) : undefined,
      p99S: waits.length > 0 ? quantile(waits, 0.99) : undefined,
      cost: costOf(work, bot, limits.capacity),
    };
  });
}

/** By the minute in which they are sent: answers in chats of which the prompt cache knows nothing any more. */
function coldAnswers({ at, chat }: Arrivals, { waitMs, minutes: all }: Played): Uint32Array {
  const cold = new Uint32Array(all.length);
  const lastAt = new Map<number, number>();
  for (let n = 0; n < at.length; n += 1) {
    const answeredAt = at[n]! + waitMs[n]!;
    if (Number.isNaN(answeredAt)) continue;
    const before = lastAt.get(chat[n]!) ?? Number.NEGATIVE_INFINITY;
    if (answeredAt - before > cacheLivesMs)
      cold[Math.min(all.length - 1, Math.floor(answeredAt / minutes(1)))]! += 1;
    lastAt.set(chat[n]!, answeredAt);
  }
  return cold;
}

/** Without what was not answered. */
const sorted = (waitMs: Float64Array) => waitMs.filter((ms) => !Number.isNaN(ms)).sort();

function dearestHour(rows: readonly Minute[]): number {
  let [sum, most] = [0, 0];
  for (let n = 0; n < rows.length; n += 1) {
    sum += sumOf(rows[n]!.cost) - (n >= 60 ? sumOf(rows[n - 60]!.cost) : 0);
    most = Math.max(most, sum);
  }
  return most;
}
