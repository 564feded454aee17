import type { Step, Trace } from "../../src/trace-step.ts";

export type TraceState =
  | "progress"
  | "delivered"
  | "waiting"
  | "erased"
  | "ignored"
  | "retrying"
  | "parked"
  | "refused";

/** The state after a step; steps that are not listed do not change it. */
const stateAfter: Partial<Record<Step["name"], TraceState>> = {
  received: "progress",
  refused: "refused",
  queued: "progress",
  ignored: "ignored",
  tooOld: "ignored",
  dropped: "ignored",
  erased: "erased",
  claimed: "progress",
  // After `erased`: the answer to a command that erases.
  answered: "progress",
  waits: "waiting",
  retried: "retrying",
  parked: "parked",
  replayed: "progress",
  delivered: "delivered",
};

export function stateOf(trace: Trace): TraceState {
  // A redelivery after the answer is queued again without effect.
  if (trace.steps.some(({ name }) => name === "delivered")) return "delivered";
  const last = trace.steps.findLast(({ name }) => name in stateAfter);
  return (last && stateAfter[last.name]) ?? "progress";
}

const ends: ReadonlySet<Step["name"]> = new Set(["delivered", "waits", "parked"]);

/** The steps that a user waits for: up to the answer, however it goes on, or all so far. */
export function waitedSteps({ steps }: Trace): Step[] {
  const end = steps.findLastIndex(({ name }) => ends.has(name));
  return end < 0 ? steps : steps.slice(0, end + 1);
}

export function totalMs(trace: Trace): number {
  const steps = waitedSteps(trace);
  return steps.length === 0 ? 0 : steps.at(-1)!.at - steps[0]!.at;
}

/** What a message waits for after its latest step. */
export type Waiting = "queue" | "worker" | "model" | "store" | "line" | "redelivery";

const waitingAfter: Partial<Record<Step["name"], Waiting>> = {
  received: "queue",
  refused: "redelivery",
  queued: "worker",
  claimed: "model",
  asked: "store",
  answered: "line",
  replayed: "worker",
};

const finalStates: ReadonlySet<TraceState> = new Set(["delivered", "waiting", "erased", "parked", "ignored"]);

export function waitingFor(trace: Trace): Waiting | { retryAt: number } | undefined {
  const state = stateOf(trace);
  const last = trace.steps.findLast(({ name }) => name in waitingAfter || name === "retried");
  if (!last || finalStates.has(state)) return undefined;
  return last.name === "retried" ? { retryAt: last.nextAt } : waitingAfter[last.name];
}

/** Steps that change what the bot remembers of a chat, or what the chat has cost. */
const memorySteps: ReadonlySet<Step["name"]> = new Set([
  "delivered",
  "waits",
  "parked",
  "dropped",
  "erased",
  "folded",
]);

/** A value that changes with each such step of the chat. */
export function memoryVersion(traces: readonly Trace[], chat: string): string {
  const steps = stepsOf(traces, chat).filter(({ name }) => memorySteps.has(name));
  return `${steps.length}/${Math.max(...steps.map(({ at }) => at))}`;
}

/** The latest model call of the chat. */
export function lastAsked(traces: readonly Trace[], chat: string) {
  return stepsOf(traces, chat)
    .filter((step) => step.name === "asked")
    .at(-1);
}

function stepsOf(traces: readonly Trace[], chat: string): Step[] {
  return traces.flatMap((trace) => (trace.chat === chat ? trace.steps : []));
}
