import { BotError } from "../error.ts";
import type { Platform } from "../platform/platform.ts";
import { retry } from "../settings.ts";
import type { TurnItem } from "./entity.ts";
import { type AnsweredTurn, isOpen, type Turn } from "./turn.ts";

/** One death is most likely nobody's fault; of a second, each message of the batch may be the cause. */
const SUSPECT_AFTER = 2;

/**
 * A message under which the process died again may be what kills it. All of its batch come back at the same
 * moment, and would die together until all are given up; so each comes back at a moment of its own.
 * The last attempts are made in any company.
 */
export function mustIsolate({ crashes, attempts }: Turn, { chats }: { chats: number }): boolean {
  return crashes >= SUSPECT_AFTER && chats > 1 && attempts < retry.maxAttempts - 1;
}

/** A push may have been accepted so long ago that pushing again could answer twice. A reply is its platform's to judge. */
export function isPushUnclear(turn: Turn, { mayRepeat }: Pick<Platform, "mayRepeat">, now: number): boolean {
  const { status, outcomeUnknownSince: since } = turn;
  const isPush = status === "answered" && turn.answer.route === "push";
  return isPush && since !== undefined && !mayRepeat("push", since, now);
}

/** The process that held a stored answer has died, and may have been sending it until its lease ran out. */
export function diedSendingAt({
  status,
  leaseUntil,
  route,
}: Pick<TurnItem, "status" | "leaseUntil" | "route">): number | undefined {
  return status === "answered" && route !== "wait" && leaseUntil > 0 ? leaseUntil : undefined;
}

/**
 * Whether a turn that carries others has nothing more to do with them, and nobody can have seen them by it: then they
 * wait again. What it has shown is marked before it is over itself.
 */
export function letsGo({
  status,
  outcomeUnknownSince,
  owner,
  leaseUntil,
}: Pick<TurnItem, "status" | "owner" | "leaseUntil"> & {
  outcomeUnknownSince?: number | undefined;
}): boolean {
  if (isOpen(status)) return false;
  if (status !== "parked" && status !== "dropped") return true;
  // Erased from under a worker, which may have been sending it.
  const mayBeSending = status === "dropped" && owner === "" && leaseUntil > 0;
  return outcomeUnknownSince === undefined && !mayBeSending;
}

/** Whether the turn that has taken a gathered question does not ask for it after all: then it is free again. */
export function leavesOut({ status, gathers = [] }: Pick<TurnItem, "status" | "gathers">, key: string) {
  return status !== "claimed" && !gathers.includes(key);
}

export function pushUnclear(): BotError {
  const reason = "A push may have been accepted, and its retry key is no longer recognized";
  return new BotError("delivery.unclear", reason, { retry: "never" });
}

/** There were enough attempts: the last one died, or could not even be parked. */
export function givenUp({ attempts, crashes, error }: Turn): BotError {
  const reason = `Given up after ${attempts - 1} attempts, of which ${crashes} ended without an error`;
  return new BotError(crashes > 0 || !error ? "worker.crashed" : error, reason, { retry: "never" });
}

/**
 * When the user may have got the answer although nobody heard so, epoch milliseconds: at the first and at the last send
 * that ended without a known outcome, this one included.
 */
export function unheardSends(
  turn: Turn,
  { outcome }: BotError,
  now: number,
): Pick<Turn, "outcomeUnknownSince" | "maybeSentAt"> {
  const { outcomeUnknownSince, maybeSentAt } = turn;
  const isUnknown = turn.status === "answered" && outcome === "unknown";
  return {
    outcomeUnknownSince: outcomeUnknownSince ?? (isUnknown ? now : undefined),
    maybeSentAt: isUnknown ? now : maybeSentAt,
  };
}

/** When nobody is known to have heard of the last send, epoch milliseconds; turns of before have the first alone. */
export function maybeSentAtOf({ status, outcomeUnknownSince, maybeSentAt }: Turn): number | undefined {
  return status === "answered" ? (maybeSentAt ?? outcomeUnknownSince) : undefined;
}

/** A stored answer of which nobody can have seen anything yet. */
export function wasNeverSent({ outcomeUnknownSince }: AnsweredTurn): boolean {
  return outcomeUnknownSince === undefined;
}
