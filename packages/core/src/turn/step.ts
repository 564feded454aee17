import type { Route } from "../platform/platform.ts";

/** A step of a turn's way, for an operator who asks what has become of a message. */
export const stepNames = [
  "claimed",
  "gathered",
  "failed",
  "postponed",
  "answered",
  "waiting",
  "delivered",
  "parked",
  "replayed",
  "dropped",
] as const;

export type Step = {
  /** Epoch milliseconds. */
  at: number;
  is: (typeof stepNames)[number];
  /** Of the error with which an attempt ended; of a drop, why. */
  code?: string | undefined;
  /** The error in words, if the turn was given up on. */
  reason?: string | undefined;
  /** How the answer went out. */
  route?: Route | undefined;
  /** OpenAI's id of the request that gave the answer, or the platform's of the one that took or refused it. */
  requestId?: string | undefined;
};

/** Steps that are kept: about four replays with five failed attempts each. */
export const MAX_STEPS = 40;
