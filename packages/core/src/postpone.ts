import type { Clock } from "./clock.ts";
import { courtesy } from "./courtesy.ts";
import type { BotError } from "./error.ts";
import type { Log } from "./log.ts";
import { Postponed } from "./model/pace.ts";
import { RateLimited } from "./model/rate-limit.ts";
import { pace } from "./settings.ts";
import { isOverdue, type Limited, waitMsAfter } from "./turn/limited.ts";
import type { Turn } from "./turn/turn.ts";
import type { Turns } from "./turn/turns.ts";

/** A question that the model's limit holds up, and until when, epoch milliseconds. */
export type HeldUp = { limited: Limited; until: number };

/** Whether an error is no failure of its question: more was asked than the model's limit allows, and not for too long. */
export function heldUpBy(
  error: BotError,
  { limited }: Pick<Turn, "limited">,
  now: number,
): HeldUp | undefined {
  if (error instanceof Postponed) return { limited: error.limited, until: error.askAt };
  if (!(error instanceof RateLimited) || isOverdue(limited, now)) return undefined;
  // Of the model that listens, whose limit is its own: the question has no slot there.
  const { since = now, refusals = 0, slot } = limited ?? {};
  const waitMs = waitMsAfter(refusals + 1, error.retryAfterMs ?? pace.unstated.firstMs);
  return { limited: { since, refusals: refusals + 1, slot }, until: now + waitMs };
}

/** Seconds until it is taken up again. For its slot a little early: its worker waits for the rest. */
export function postponedS({ limited, until }: HeldUp, now: number): number {
  const seconds = (until - now) / 1000;
  return Math.min(Math.max(1, limited.slot ? Math.floor(seconds) : Math.ceil(seconds)), pace.postponedS);
}

export function createPostpone({ turns, clock }: { turns: Pick<Turns, "postpone">; clock: Clock }) {
  /** If it cannot be written, the claim counts as an attempt. It never throws. */
  return async (turn: Turn, { limited }: HeldUp, error: BotError, log: Log): Promise<void> => {
    const { code, requestId } = error;
    const postponing = { at: clock.now(), code, requestId, limited };
    await courtesy(() => turns.postpone(turn, postponing), log, "turn.not_released");
  };
}
