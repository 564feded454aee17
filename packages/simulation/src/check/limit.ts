import { pace, retry } from "@henji/core/settings";
import type { Process } from "../process.ts";
import type { Book, BookOptions } from "./book.ts";
import type { Fate } from "./fate.ts";

/** By one question within the hour in which they do not count, and some that do. */
const REFUSALS_AT_MOST = 40;

/** What the model's limit does: it holds questions up, and is no failure of theirs. */
export function checkLimit(book: Book, { plan, scheduler }: BookOptions) {
  const { fateOf, turnOf, violate, calm } = book;
  const skewMs = 2 * plan.process.skewMs;

  return {
    /** It was refused, whether or not its worker hears so. */
    refused(fate: Fate | undefined, retryAfterMs = 0): void {
      if (fate) fate.toldToWaitMs = Math.min(retryAfterMs, retry.maxDelayS * 1000);
    },

    asked(fate: Fate): void {
      const early = (fate.askAgainAt ?? 0) - scheduler.now();
      if (early > skewMs) violate("bounded", `asked ${early} ms before its Retry-After was over`, fate);
      fate.askedAt = scheduler.now();
    },

    logged(process: Process, name: string, eventId: string | undefined): void {
      const fate = fateOf(eventId);
      if (!fate || process.wasFrozen()) return;
      const now = scheduler.now();
      if (name === "model.rate_limited") {
        fate.heldUpAt ??= now;
        fate.refusals += 1;
        fate.asks -= 1;
        // Another worker may have it by now, which knows nothing of that.
        const isHeld = turnOf(fate)?.owner.startsWith(`${process.name}.`);
        if (isHeld && fate.toldToWaitMs !== undefined) fate.askAgainAt = now + fate.toldToWaitMs;
        if (fate.refusals > REFUSALS_AT_MOST && calm.butForQuestions)
          violate("bounded", `refused ${fate.refusals} times`, fate);
      }
      if (name === "model.slot_taken" || name === "turn.postponed") fate.heldUpAt ??= now;
      if (name === "model.slot_taken") fate.slotAt ??= now;
    },

    parked(fate: Fate, code: string): void {
      const heldUpMs = scheduler.now() - (fate.heldUpAt ?? scheduler.now());
      if (code === "model.rate_limited" && heldUpMs < pace.uncountedForMs - skewMs && calm.butForQuestions)
        violate("nothing lost", `parked for the model's limit after ${heldUpMs / 1000} s`, fate);
    },
  };
}

/** Whether anybody may be held up. */
export function isLimited({ modelLimit, behaviours }: BookOptions["plan"]): boolean {
  const { rate_limited = 0, rate_limited_for_minutes = 0 } = behaviours;
  return modelLimit !== undefined || rate_limited + rate_limited_for_minutes > 0;
}
