import type { ReplayEffect } from "@henji/core/dead-letter/dead-letter";
import type { Depth } from "@henji/core/queue/dead-letters";
import type { Step } from "@henji/core/turn/step";
import type { Text } from "./trace-content.ts";

export type { ReplayEffect, Step as TurnStep };

/** What a page is told without asking. */
export type ParkedState = {
  /** Messages that wait for an operator, as stored. */
  count: number;
  /** Grows whenever the list may have changed. */
  version: number;
  /** What is being done to them, by any page. */
  running?: ParkedRun | undefined;
};

export type ParkedVerb = "replay" | "drop";

/** `left` is not set until the messages were found. */
export type ParkedRun = { verb: ParkedVerb; done: number; left?: number | undefined };

/** A message that was given up on. Times are in epoch milliseconds. */
export type ParkedMessage = {
  /** Its event's; or its letter's, if that cannot be read. */
  id: string;
  /** Hash of its chat's id, as in the log. */
  chat: string;
  code: string;
  /** The error in words, in English. */
  reason: string;
  attempts: number;
  /** When its user sent it; not set if its job cannot be read. */
  sentAt?: number | undefined;
  /** When the webhook came; not set if no letter tells it. */
  receivedAt?: number | undefined;
  parkedAt: number;
  /** Of its turn; not set if no worker has begun it. */
  status?: string | undefined;
  onReplay: ReplayEffect;
};

export type ParkedList = {
  count: number;
  /** How many of each code, the most frequent first. */
  codes: [code: string, count: number][];
  /** Letters on the queue that could not be looked at, at the least. */
  unseen: number;
  /** In the order of the events. */
  shown: ParkedMessage[];
};

/** All that is stored of one, text included. */
export type ParkedHistory = ParkedMessage & {
  /** Oldest first. */
  steps: Step[];
  question?: string | undefined;
  /** The stored answer that would be sent. */
  answer?: { messages: string[]; route: "reply" | "push"; retryKey: string } | undefined;
  /** Its job as it came. */
  job?: Text | undefined;
};

/** What a replay would do. */
export type ReplayPlan = { count: number; effects: { effect: ReplayEffect; count: number }[] };

/** What was done. */
export type ParkedResult = {
  done: number;
  /** Nothing was done about these. `left`: their state does not allow it. `failed`: trying again may help. */
  others: { id: string; outcome: "left" | "failed"; because: string }[];
  /** Not begun, because it was stopped or because others failed. */
  untouched: number;
};

export type Depths = { events: Depth; deadLetters: Depth };
