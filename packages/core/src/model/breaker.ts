import type { Clock } from "../clock.ts";
import { type BotError, toBotError } from "../error.ts";
import type { Log } from "../log.ts";
import { breakerOpenMs } from "../settings.ts";
import type { Model } from "./model.ts";

/** Errors that no retry mends and that hit every chat alike: only an operator can help. */
const accountErrors = new Set(["model.quota_exhausted", "model.unauthorized", "model.unknown_model"]);

/**
 * Stops hammering a model whose account is out of credit or whose key is dead: for a while every
 * question gets the same error at once, without a call. Then a single call tries again, while the others
 * still get the error. Each worker process has its own breaker; what it wastes are the calls already
 * in flight when the first one fails, and one call every `breakerOpenMs`.
 */
export function withBreaker(model: Model, { clock, log }: { clock: Clock; log: Log }): Model {
  let open: { until: number; error: BotError } | undefined;
  return {
    async ask(context, options) {
      if (open && clock.now() < open.until) throw open.error;
      // The one that tries keeps it open for the others meanwhile.
      if (open) open = { ...open, until: clock.now() + breakerOpenMs };
      try {
        const answer = await model.ask(context, options);
        open = undefined;
        return answer;
      } catch (cause) {
        const error = toBotError(cause);
        if (accountErrors.has(error.code)) {
          if (!open) {
            log.error("model.breaker_opened", { code: error.code, reason: error.message });
          }
          open = { until: clock.now() + breakerOpenMs, error };
        }
        throw error;
      }
    },
  };
}
