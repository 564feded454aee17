import { queue, worker } from "@henji/core/settings";
import { type FaultRates, noFaults } from "./fault-rates.ts";
import type { Refusal } from "./line.ts";
import type { Behaviour } from "./model.ts";
import type { Random } from "./random.ts";
import type { ModelLimit } from "./rate-limit.ts";
import { minutes } from "./scheduler.ts";
import { drawSlack, type SlackPlan } from "./slack/slack-plan.ts";
import { drawTraffic, quietTraffic, type Traffic } from "./traffic-plan.ts";

export type Platform = "table" | "queue" | "line" | "model";

/** Times in milliseconds from the start. */
export type Outage = { platform: Platform; fromMs: number; untilMs: number; how: OutageKind };

/** `no_connection`: connections are not accepted, so nothing is sent, and every call times out. */
export type OutageKind = "errors" | "silence" | "no_connection";

/** Everything that is drawn once for a run. All chances are shares, from 0 to 1. */
export type Plan = {
  faultRates: Record<Platform, FaultRates>;
  outages: readonly Outage[];
  /** Per call of a process. `diesAt`: one dies at the first call of this name. */
  process: { dies: number; freezes: number; skewMs: number; diesAt?: DeathPoint };
  refusals: Partial<Record<Refusal, number>>;
  /** LINE refuses everything, or every push, for a while. Times in milliseconds from the start. */
  deadChannel: { refusal: "unauthorized" | "quota"; fromMs: number; untilMs: number } | undefined;
  behaviours: Partial<Record<Behaviour, number>>;
  /** How much may be asked of the model while there is trouble. No limit, if it is not set. */
  modelLimit?: ModelLimit | undefined;
  /** How long the model takes while there is trouble; drawn for each call, if it is not set. */
  modelMs?: number;
  /** `outlives`: of the processes that time out, those that continue although Lambda has given up on them. */
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
    delivery: "auto" | "push" | "free";
    maxUnanswered: number;
    dailyMessages: number;
    /** No cap, if it is not set. */
    totalDailyTokens?: number | undefined;
    /** Messages of a group's talk that are given with a question. */
    overheard: number;
    /** It has handlers of events. */
    handlers: boolean;
  };
  /** `called`: of the questions, those for which the model calls tools; the others: of their runs. */
  tools: { called: number; slow: number; fails: number; hangs: number };
  /** `flagged`: of the questions; `hangs`: of the calls, which then give no result. */
  moderation: { flagged: number; hangs: number };
  traffic: Traffic;
  /** Of a bot that is on Slack too. */
  slack?: SlackPlan | undefined;
  operator: Operator | undefined;
  /** After this nothing fails any more, and the queue has time to drain. */
  troubleMs: number;
};

/** A call as a process makes it: `line.reply`, `table.carry`. */
export type DeathPoint = { when: "before" | "after"; call: string };

export type Operator = {
  /** Replays the dead letters this often while there is trouble. Default: never. */
  everyMs?: number;
  /** From the end of the trouble to the last replay. */
  finallyAfterMs: number;
  /** Moves jobs back unchanged, as the AWS console does, instead of with core's replay. */
  moves: boolean;
  /** Also replays answers that may have arrived, which their users may then see twice. */
  forces: boolean;
  /** How often its process dies before or after a call. */
  dies: number;
};

/** Nothing fails. */
export const quietPlan: Plan = {
  faultRates: { table: noFaults, queue: noFaults, line: noFaults, model: noFaults },
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
  bot: {
    delivery: "auto",
    maxUnanswered: 20,
    dailyMessages: 10_000,
    overheard: 0,
    handlers: false,
  },
  tools: { called: 0, slow: 0, fails: 0, hangs: 0 },
  moderation: { flagged: 0, hangs: 0 },
  traffic: quietTraffic,
  operator: undefined,
  troubleMs: minutes(10),
};

/**
 * Swarm testing: every run has only some kinds of faults, each at a rate of its own, so that quiet and
 * wild runs both occur, and no fault masks another.
 */
export function drawPlan(random: Random): Plan {
  if (random.chance(0.05)) return { ...quietPlan, traffic: drawTraffic(random, () => 0) };
  const kinds = random.pick([0.15, 0.4, 0.7]);
  const wildness = random.pick([0.02, 0.08, 0.2]);
  const share = (most = 1) => (random.chance(kinds) ? wildness * most * (0.2 + random.next()) : 0);
  const faultRates = (): FaultRates => ({
    requestLost: share(),
    responseLost: share(),
    silent: random.pick([0, 0.3, 1]),
    repeated: random.pick([0, 0.3]),
    slow: share(),
  });
  const crashes = random.chance(kinds);
  // Messages become visible while a worker handles them, and workers freeze and continue late.
  const races = random.chance(0.12);
  return {
    faultRates: {
      table: faultRates(),
      queue: faultRates(),
      line: faultRates(),
      model: { ...faultRates(), slow: random.pick([0, 0, 0.1, 0.6]) },
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
    modelLimit: drawModelLimit(random.fork("limit")),
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
      delivery: random.pick(["auto", "auto", "auto", "push", "free"] as const),
      maxUnanswered: random.pick([3, 20]),
      dailyMessages: random.pick([4, 100]),
      totalDailyTokens: random.pick([undefined, undefined, 200, 1_000]),
      overheard: random.fork("talk").pick([0, 2, 5]),
      handlers: random.fork("handlers").chance(0.5),
    },
    tools: drawTools(random.fork("tools")),
    moderation: drawModeration(random.fork("moderation")),
    traffic: drawTraffic(random, share),
    slack: drawSlack(random.fork("slack"), kinds, wildness),
    operator: random.chance(0.5) ? drawOperator(random, share) : undefined,
    troubleMs: minutes(random.pick([5, 20, 60])),
  };
}

function drawModelLimit(random: Random): Plan["modelLimit"] {
  if (!random.chance(0.25)) return undefined;
  return {
    perMinute: random.pick([0, 2, 6, 20]),
    burst: random.pick([1, 3]),
    states: random.pick(["limits", "limits", "wait", "nothing"]),
    untilMs: minutes(random.pick([5, 30])),
  };
}

function drawTools(random: Random): Plan["tools"] {
  const share = () => random.pick([0, 0.05, 0.2]);
  return { called: random.pick([0, 0, 0.5, 1]), slow: share(), fails: share(), hangs: share() };
}

function drawModeration(random: Random): Plan["moderation"] {
  return { flagged: random.pick([0, 0, 0.2]), hangs: random.pick([0, 0.1]) };
}

function drawOperator(random: Random, share: () => number): Operator {
  const finallyAfterMs = minutes(random.pick([2, 60, 600]));
  const everyMs = minutes(random.int(2, 40));
  const [moves, forces] = [random.chance(0.3), random.chance(0.2)];
  return { everyMs, finallyAfterMs, moves, forces, dies: share() };
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
