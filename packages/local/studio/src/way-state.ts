import type { Step, Way } from "../../src/trace-way.ts";

export type WayState = "progress" | "delivered" | "ignored" | "retrying" | "parked" | "refused";

/** Steps that say how a way stands; the others go on with what is. */
const tells: Partial<Record<Step["name"], WayState>> = {
  received: "progress",
  refused: "refused",
  queued: "progress",
  ignored: "ignored",
  tooOld: "ignored",
  flooded: "ignored",
  claimed: "progress",
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

/** From the first step to the one that ended it, or to the latest. */
export function totalMs(way: Way): number {
  const first = way.steps[0];
  const end = way.steps.findLast(({ name }) => name === "delivered" || name === "parked") ?? way.steps.at(-1);
  return first && end ? end.at - first.at : 0;
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

export function waitingFor(way: Way): Waiting | { retryAt: number } | undefined {
  const state = stateOf(way);
  const last = way.steps.findLast(({ name }) => name in waits || name === "retried");
  if (!last || state === "delivered" || state === "parked" || state === "ignored") return undefined;
  return last.name === "retried" ? { retryAt: last.nextAt } : waits[last.name];
}
