import type { Step, Trace } from "../../src/trace-step.ts";

export type TraceState =
  | "progress"
  | "waiting"
  | "delivered"
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
  gathered: "ignored",
  erased: "erased",
  claimed: "progress",
  // After `erased`: the answer to a command that erases.
  answered: "progress",
  retried: "retrying",
  postponed: "retrying",
  parked: "parked",
  replayed: "progress",
  waits: "waiting",
  brought: "delivered",
  delivered: "delivered",
};

export function stateOf(trace: Trace): TraceState {
  // A redelivery after the answer is queued again without effect.
  if (trace.steps.some(isShown)) return "delivered";
  const last = trace.steps.findLast(({ name }) => name in stateAfter);
  return (last && stateAfter[last.name]) ?? "progress";
}

function isShown({ name }: Step): boolean {
  return name === "delivered" || name === "brought";
}

/** The steps that a user waits for: up to delivery or parking, or all so far. */
export function waitedSteps({ steps }: Trace): Step[] {
  const end = steps.findLastIndex((step) => isShown(step) || step.name === "parked");
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

/** Of a waiting answer, its last step says for what. */
const finalStates: ReadonlySet<TraceState> = new Set([
  ...(["delivered", "erased", "parked", "ignored"] as const),
  "waiting",
]);

export function waitingFor(trace: Trace): Waiting | { retryAt: number } | undefined {
  const state = stateOf(trace);
  const last = trace.steps.findLast((step) => step.name in waitingAfter || "nextAt" in step);
  if (!last || finalStates.has(state)) return undefined;
  return "nextAt" in last ? { retryAt: last.nextAt } : waitingAfter[last.name];
}

/** Steps that change what the bot remembers of a chat, or what the chat has cost. */
const memorySteps: ReadonlySet<Step["name"]> = new Set([
  "delivered",
  "waits",
  "brought",
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

/** An answer of the chat that waits for its user. */
export type WaitingAnswer = {
  eventId: string;
  /** Its user has a button for it. */
  told: boolean;
  /** When it is pushed, epoch milliseconds; not set: never. */
  until: number | undefined;
};

/** Oldest first. */
export function waitingIn(traces: readonly Trace[], chat: string): WaitingAnswer[] {
  return traces.flatMap((trace) => {
    if (trace.chat !== chat || stateOf(trace) !== "waiting") return [];
    const { eventId, steps } = trace;
    const waits = steps.findLast((step) => step.name === "waits");
    return [{ eventId, told: waits?.told === true, until: waits?.until }];
  });
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
