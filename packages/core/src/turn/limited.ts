import { pace, retry } from "../settings.ts";

/** What the model's limit has done to a question so far. It is no attempt of its turn. */
export type Limited = {
  /** Epoch milliseconds; when it was first held up. */
  since: number;
  /** Requests for it that the service has refused for its limit. */
  refusals: number;
  /** Its place among all that wait for the model; not set if it has none. */
  slot?: Slot | undefined;
};

export type Slot = {
  /** Epoch milliseconds; when it is asked, unless all slots are put off. */
  at: number;
  /** By how much all slots had been put off when this one was given, milliseconds. */
  delayedMs: number;
};

/**
 * Whether it has been held up for so long that a refusal is an attempt like any other: not by the line alone, but by
 * refusals for which it has kept its place.
 */
export function isOverdue(limited: Limited | undefined, now: number): boolean {
  if (limited === undefined || limited.refusals < pace.refusalsInPlace) return false;
  return now - limited.since >= pace.uncountedForMs;
}

/**
 * How long it waits after so many refusals, milliseconds: as long as it is told to, and each time longer, so that a
 * limit that lets nothing through is asked for some thirty times an hour by one question.
 */
export function waitMsAfter(refusals: number, toldMs: number): number {
  const atLeastMs = pace.firstWaitMs * 2 ** (refusals - 1);
  return Math.min(Math.max(atLeastMs, toldMs), retry.maxDelayS * 1000);
}
