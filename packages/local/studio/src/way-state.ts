import type { Step, Way } from "../../src/trace-way.ts";

export type WayState = "progress" | "delivered" | "erased" | "ignored" | "retrying" | "parked" | "refused";

/** Steps that say how a way stands; the others go on with what is. */
const tells: Partial<Record<Step["name"], WayState>> = {
  received: "progress",
  refused: "refused",
  queued: "progress",
  ignored: "ignored",
  tooOld: "ignored",
  dropped: "ignored",
  erased: "erased",
  claimed: "progress",
  // The answer to a command that erased.
  answered: "progress",
  retried: "retrying",
  parked: "parked",
  delivered: "delivered",
};

export function stateOf(way: Way): WayState {
  // A redelivery of what was answered is queued again, and changes nothing.
  if (way.steps.some(({ name }) => name === "delivered")) return "delivered";
  const last = way.steps.findLast(({ name }) => name in tells);
  return (last && tells[last.name]) ?? "progress";
}

/** From the first step to the one that ended it, or to the latest: what comes behind it no user waits for. */
export function waitedSteps({ steps }: Way): Step[] {
  const end = steps.findLastIndex(({ name }) => name === "delivered" || name === "parked");
  return end < 0 ? steps : steps.slice(0, end + 1);
}

export function totalMs(way: Way): number {
  const steps = waitedSteps(way);
  return steps.length === 0 ? 0 : steps.at(-1)!.at - steps[0]!.at;
}

/** What a way waits for after its latest step. */
export type Waiting = "queue" | "worker" | "model" | "store" | "line" | "redelivery";

const waits: Partial<Record<Step["name"], Waiting>> = {
  received: "queue",
  refused: "redelivery",
  queued: "worker",
  claimed: "model",
  asked: "store",
  answered: "line",
};

const settled: ReadonlySet<WayState> = new Set(["delivered", "erased", "parked", "ignored"]);

export function waitingFor(way: Way): Waiting | { retryAt: number } | undefined {
  const state = stateOf(way);
  const last = way.steps.findLast(({ name }) => name in waits || name === "retried");
  if (!last || settled.has(state)) return undefined;
  return last.name === "retried" ? { retryAt: last.nextAt } : waits[last.name];
}

/** Steps behind which the bot remembers something else of the chat, or has spent something on it. */
const remembers: ReadonlySet<Step["name"]> = new Set(["delivered", "parked", "dropped", "erased", "folded"]);

/** Another value after each such step of the chat. */
export function remembersUntil(ways: readonly Way[], chat: string): string {
  const steps = stepsOf(ways, chat).filter(({ name }) => remembers.has(name));
  return `${steps.length}/${Math.max(...steps.map(({ at }) => at))}`;
}

/** The newest call of the model for the chat. */
export function lastAsked(ways: readonly Way[], chat: string) {
  return stepsOf(ways, chat)
    .filter((step) => step.name === "asked")
    .at(-1);
}

function stepsOf(ways: readonly Way[], chat: string): Step[] {
  return ways.flatMap((way) => (way.chat === chat ? way.steps : []));
}
