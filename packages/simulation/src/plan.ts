import { queue, worker } from "@henji/core/settings";
import type { Refusal } from "./line.ts";
import type { Behaviour } from "./model.ts";
import type { Random } from "./random.ts";
import { minutes } from "./scheduler.ts";
import { drawTraffic, quietTraffic, type Traffic } from "./traffic-plan.ts";

export type Platform = "table" | "queue" | "line" | "model";

/** Shares of the calls to a platform. */
export type Wear = {
  lostThere: number;
  lostBack: number;
  /** Of the lost: those that end in silence and not in an error. */
  silent: number;
  /** Of the lost: those that the client repeats by itself, with success. */
  repeated: number;
  slow: number;
};

/** Times in milliseconds from the start. */
export type Outage = { platform: Platform; fromMs: number; untilMs: number; how: OutageKind };

/** `no_connection`: nobody answers who wants to connect, so that nothing is sent, and each caller waits in vain. */
export type OutageKind = "errors" | "silence" | "no_connection";

/** Everything that is drawn once for a run. */
export type Plan = {
  wear: Record<Platform, Wear>;
  outages: readonly Outage[];
  /** Per call of a process. */
  process: { dies: number; freezes: number; skewMs: number };
  refusals: Partial<Record<Refusal, number>>;
  /** LINE refuses everything, or every push, for a while. Times in milliseconds from the start. */
  deadChannel: { refusal: "unauthorized" | "quota"; fromMs: number; untilMs: number } | undefined;
  behaviours: Partial<Record<Behaviour, number>>;
  /** `outlives`: of the processes that run into the time-out, those that go on unheard. */
  lambda: {
    throttles: number;
    losesResponse: number;
    deleteFails: number;
    entryRefused: number;
    outlives: number;
  };
  /** Reply tokens live this long from their receipt. */
  tokenLifeMs: readonly [number, number];
  visibilityTimeoutS: number;
  maximumConcurrency: number;
  maxOfGroup: number;
  bot: {
    delivery: "auto" | "push";
    maxUnanswered: number;
    dailyMessages: number;
    /** No cap, if it is not set. */
    totalDailyTokens?: number | undefined;
  };
  traffic: Traffic;
  operator: Operator | undefined;
  /** After this, nothing goes wrong any more and the world is given time to drain. */
  troubleMs: number;
};

export type Operator = {
  /** Looks at the dead letters this often while there is trouble; never, if not set. */
  everyMs?: number;
  /** Waits this long after the trouble before everything is replayed once more. */
  finallyAfterMs: number;
  /** Moves jobs back as they are, as the AWS console does, and not with core's replay. */
  moves: boolean;
  dies: number;
};

export const noWear: Wear = { lostThere: 0, lostBack: 0, silent: 0, repeated: 0, slow: 0 };

/** Nothing goes wrong. */
export const quietPlan: Plan = {
  wear: { table: noWear, queue: noWear, line: noWear, model: noWear },
  outages: [],
  process: { dies: 0, freezes: 0, skewMs: 0 },
  refusals: {},
  deadChannel: undefined,
  behaviours: {},
  lambda: { throttles: 0, losesResponse: 0, deleteFails: 0, entryRefused: 0, outlives: 0 },
  tokenLifeMs: [60_000, 75_000],
  visibilityTimeoutS: queue.visibilityTimeoutS,
  maximumConcurrency: worker.maximumConcurrency,
  maxOfGroup: worker.batchSize,
  bot: { delivery: "auto", maxUnanswered: 20, dailyMessages: 10_000 },
  traffic: quietTraffic,
  operator: undefined,
  troubleMs: minutes(10),
};

/**
 * Swarm testing: every run has only some kinds of faults, each as often as it was drawn, so that quiet
 * and wild worlds both occur, and no fault hides behind another.
 */
export function drawPlan(random: Random): Plan {
  if (random.chance(0.05)) return { ...quietPlan, traffic: drawTraffic(random, () => 0) };
  const kinds = random.pick([0.15, 0.4, 0.7]);
  const wildness = random.pick([0.02, 0.08, 0.2]);
  const share = (most = 1) => (random.chance(kinds) ? wildness * most * (0.2 + random.next()) : 0);
  const wear = (): Wear => ({
    lostThere: share(),
    lostBack: share(),
    silent: random.pick([0, 0.3, 1]),
    repeated: random.pick([0, 0.3]),
    slow: share(),
  });
  const crashes = random.chance(kinds);
  // A queue that shows messages again while they are worked on, and workers that stand still and wake up late.
  const races = random.chance(0.12);
  return {
    wear: {
      table: wear(),
      queue: wear(),
      line: wear(),
      model: { ...wear(), slow: random.pick([0, 0, 0.1, 0.6]) },
    },
    outages: random.chance(kinds / 2) ? [drawOutage(random)] : [],
    process: {
      dies: crashes ? share(0.4) : 0,
      freezes: races ? 0.01 + 0.1 * random.next() : share(0.3),
      skewMs: random.chance(kinds) ? 1_000 : 0,
    },
    refusals: {
      rate: share(),
      quota: share(),
      quota_reserved: share(),
      unauthorized: share(0.5),
      rejected: share(0.5),
    },
    deadChannel: random.chance(kinds / 3) ? drawDeadChannel(random) : undefined,
    behaviours: {
      long: 0.02,
      cut: share(),
      refusal: share(),
      empty: share(),
      rate_limited: share(),
      rate_limited_for_minutes: share(),
      unavailable: share(),
      quota_exhausted: share(0.3),
      unauthorized: share(0.3),
      context_too_long: share(),
    },
    lambda: {
      throttles: share(),
      losesResponse: share(),
      deleteFails: share(),
      entryRefused: share(),
      outlives: races ? 1 : random.pick([0, 0.5]),
    },
    tokenLifeMs: random.chance(kinds / 3) ? [5_000, 60_000] : [52_000, 75_000],
    visibilityTimeoutS: races ? random.int(15, 70) : queue.visibilityTimeoutS,
    maximumConcurrency: random.pick([2, 3, worker.maximumConcurrency]),
    maxOfGroup: random.pick([1, 2, 10]),
    bot: {
      delivery: random.chance(0.8) ? "auto" : "push",
      maxUnanswered: random.pick([3, 20]),
      dailyMessages: random.pick([4, 100]),
      totalDailyTokens: random.pick([undefined, undefined, 200, 1_000]),
    },
    traffic: drawTraffic(random, share),
    operator: random.chance(0.5) ? drawOperator(random, share) : undefined,
    troubleMs: minutes(random.pick([5, 20, 60])),
  };
}

function drawOperator(random: Random, share: () => number): Operator {
  const finallyAfterMs = minutes(random.pick([2, 60, 600]));
  return { everyMs: minutes(random.int(2, 40)), finallyAfterMs, moves: random.chance(0.3), dies: share() };
}

function drawDeadChannel(random: Random): Plan["deadChannel"] {
  const fromMs = random.int(0, minutes(5));
  const refusal = random.pick(["unauthorized", "quota"] as const);
  return { refusal, fromMs, untilMs: fromMs + minutes(random.pick([1, 5, 30])) };
}

function drawOutage(random: Random): Outage {
  const fromMs = random.int(0, minutes(5));
  const lastsMs = minutes(random.pick([1, 3, 10, 30]));
  const platform = random.pick(["table", "queue", "line", "model"] as const);
  const how = random.pick(["errors", "errors", "silence", "no_connection"] as const);
  return { platform, fromMs, untilMs: fromMs + lastsMs, how };
}
