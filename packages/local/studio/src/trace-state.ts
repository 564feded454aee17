import type { Step, Trace } from "../../src/trace-step.ts";

export type TraceState = "progress" | "delivered" | "erased" | "ignored" | "retrying" | "parked" | "refused";

/** Steps that say how a trace stands; the others go on with what is. */
const tells: Partial<Record<Step["name"], TraceState>> = {
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

export function stateOf(trace: Trace): TraceState {
  // A redelivery of what was answered is queued again, and changes nothing.
  if (trace.steps.some(({ name }) => name === "delivered")) return "delivered";
  const last = trace.steps.findLast(({ name }) => name in tells);
  return (last && tells[last.name]) ?? "progress";
}

/** From the first step to the one that ended it, or to the latest: what comes behind it no user waits for. */
export function waitedSteps({ steps }: Trace): Step[] {
  const end = steps.findLastIndex(({ name }) => name === "delivered" || name === "parked");
  return end < 0 ? steps : steps.slice(0, end + 1);
}

export function totalMs(trace: Trace): number {
  const steps = waitedSteps(trace);
  return steps.length === 0 ? 0 : steps.at(-1)!.at - steps[0]!.at;
}

/** What a trace waits for after its latest step. */
export type Waiting = "queue" | "worker" | "model" | "store" | "line" | "redelivery";

const waits: Partial<Record<Step["name"], Waiting>> = {
  received: "queue",
  refused: "redelivery",
  queued: "worker",
  claimed: "model",
  asked: "store",
  answered: "line",
};

const settled: ReadonlySet<TraceState> = new Set(["delivered", "erased", "parked", "ignored"]);

export function waitingFor(trace: Trace): Waiting | { retryAt: number } | undefined {
  const state = stateOf(trace);
  const last = trace.steps.findLast(({ name }) => name in waits || name === "retried");
  if (!last || settled.has(state)) return undefined;
  return last.name === "retried" ? { retryAt: last.nextAt } : waits[last.name];
}

/** Steps behind which the bot remembers something else of the chat, or has spent something on it. */
const remembers: ReadonlySet<Step["name"]> = new Set(["delivered", "parked", "dropped", "erased", "folded"]);

/** Another value after each such step of the chat. */
export function remembersUntil(traces: readonly Trace[], chat: string): string {
  const steps = stepsOf(traces, chat).filter(({ name }) => remembers.has(name));
  return `${steps.length}/${Math.max(...steps.map(({ at }) => at))}`;
}

/** The newest call of the model for the chat. */
export function lastAsked(traces: readonly Trace[], chat: string) {
  return stepsOf(traces, chat)
    .filter((step) => step.name === "asked")
    .at(-1);
}

function stepsOf(traces: readonly Trace[], chat: string): Step[] {
  return traces.flatMap((trace) => (trace.chat === chat ? trace.steps : []));
}
