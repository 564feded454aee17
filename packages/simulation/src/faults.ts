import { noFaults } from "./fault-rates.ts";
import type { Refusal } from "./line.ts";
import type { Behaviour } from "./model.ts";
import type { Trip } from "./network.ts";
import type { OutageKind, Plan, Platform } from "./plan.ts";
import type { Fate } from "./process.ts";
import type { Random } from "./random.ts";
import { createRateLimit, type Limiting } from "./rate-limit.ts";
import type { Scheduler } from "./scheduler.ts";

/** Applies the plan: decides for every single call whether and how it fails. */
export type Faults = {
  /** Whether anything may still fail. */
  areOn(): boolean;
  /** From now on nothing fails. */
  end(): void;
  chance(share: number): boolean;
  tripOf(operation: string): Trip;
  fateOf(call: string): Fate;
  refusalOf(operation: string): Refusal | undefined;
  behaviour(): Behaviour;
  /** What the model's limit says to a request. */
  limiting(): Limiting | undefined;
};

/** Usual times of a request or of a response, in milliseconds. */
const usualMs: Record<Platform | "slack", readonly [number, number]> = {
  table: [1, 8],
  queue: [2, 15],
  line: [20, 200],
  slack: [20, 200],
  model: [400, 6_000],
};

const slowMs: Record<Platform | "slack", readonly [number, number]> = {
  table: [200, 1_900],
  queue: [200, 1_900],
  line: [1_000, 3_900],
  slack: [1_000, 3_900],
  model: [20_000, 95_000],
};

export function createFaults(plan: Plan, scheduler: Scheduler, random: Random): Faults {
  const startedAt = scheduler.now();
  let ended = false;
  let hasDied = false;
  const areOn = () => !ended && scheduler.now() < startedAt + plan.troubleMs;
  const chance = (share: number) => areOn() && random.chance(share);

  const { modelLimit } = plan;
  const limit = modelLimit && createRateLimit(modelLimit, scheduler.now);

  function isWithin({ fromMs, untilMs }: { fromMs: number; untilMs: number }): boolean {
    const at = scheduler.now() - startedAt;
    return fromMs <= at && at < untilMs;
  }

  function outageOf(platform: Platform | "slack"): OutageKind | undefined {
    if (!areOn()) return undefined;
    return plan.outages.find((one) => one.platform === platform && isWithin(one))?.how;
  }

  function tripOf(operation: string): Trip {
    const platform = operation.slice(0, operation.indexOf(".")) as Platform | "slack";
    const rates = platform === "slack" ? plan.slack?.faultRates : plan.faultRates[platform];
    const { requestLost, responseLost, silent, repeated, slow } = rates ?? noFaults;
    const times = chance(slow) ? slowMs[platform] : usualMs[platform];
    const isGiven = platform === "model" && plan.modelMs !== undefined && areOn();
    const requestMs = isGiven ? plan.modelMs! : random.int(...times);
    const responseMs = platform === "model" ? 50 : random.int(...usualMs[platform]);
    const way = { requestMs, responseMs };

    const outage = outageOf(platform);
    if (outage === "silence") return { ...way, arrivals: 0, failure: "silence" };
    if (outage === "no_connection") return { ...way, arrivals: 0, failure: "unconnected" };
    if (outage) return { requestMs: 10, responseMs: 10, arrivals: 0, failure: loudFailure(false) };
    if (chance(requestLost)) {
      const quietly = random.pick(["silence", "unconnected"] as const);
      return { ...way, arrivals: 0, failure: random.chance(silent) ? quietly : loudFailure(false) };
    }
    if (!chance(responseLost)) return { ...way, arrivals: 1 };
    const repeats = platform === "table" || platform === "queue";
    if (repeats && random.chance(repeated)) return { ...way, arrivals: 2 };
    if (!random.chance(silent)) return { ...way, arrivals: 1, failure: loudFailure(true) };
    // It may take effect long after its caller has given up on it.
    const late = random.chance(0.3) ? random.int(0, 20_000) : 0;
    return { requestMs: requestMs + late, responseMs, arrivals: 1, failure: "silence" };
  }

  function loudFailure(arrived: boolean): "refused" | "broken" | "status" {
    if (arrived) return random.pick(["broken", "status"]);
    return random.pick(["refused", "broken", "status"]);
  }

  function fateOf(call: string): Fate {
    const { diesAt } = plan.process;
    if (diesAt?.call === call && !hasDied && areOn()) {
      hasDied = true;
      return `dies_${diesAt.when}`;
    }
    if (chance(plan.process.dies)) return random.pick(["dies_before", "dies_after"]);
    if (chance(plan.process.freezes)) return { frozenMs: random.int(1_000, 90_000) };
    return "lives";
  }

  function refusalOf(operation: string): Refusal | undefined {
    const dead = plan.deadChannel;
    if (dead && areOn() && isWithin(dead)) {
      const isMeant = dead.refusal === "unauthorized" || ["line.push", "line.quota"].includes(operation);
      if (isMeant) return dead.refusal;
    }
    for (const [refusal, share] of Object.entries(plan.refusals) as [Refusal, number][]) {
      const fits = !refusal.startsWith("quota") || operation === "line.push";
      if (fits && chance(share)) return refusal;
    }
    return undefined;
  }

  function behaviour(): Behaviour {
    for (const [kind, share] of Object.entries(plan.behaviours) as [Behaviour, number][]) {
      if (chance(share)) return kind;
    }
    return "answer";
  }

  return {
    areOn,
    end: () => {
      ended = true;
    },
    chance,
    tripOf,
    fateOf,
    refusalOf,
    behaviour,
    limiting: () => (areOn() && limit && isWithin({ fromMs: 0, ...modelLimit! }) ? limit() : undefined),
  };
}
