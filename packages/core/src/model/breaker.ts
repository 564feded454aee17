import type { Clock } from "../clock.ts";
import { type BotError, toBotError } from "../error.ts";
import type { Log } from "../log.ts";
import { breakerOpenMs } from "../settings.ts";
import type { Model } from "./model.ts";

/** Errors that no retry mends and that hit every chat alike: only an operator can help. See {@link modelError}. */
const accountErrors = new Set(["model.quota_exhausted", "model.unauthorized", "model.unknown_model"]);

/**
 * Stops hammering a model whose account is out of credit or whose key is dead: for a while every
 * question gets the same error at once, without a call. Then a single call tries again, and the others
 * wait for what it learns. Each worker process has its own breaker; what it wastes are the calls already
 * in flight when the first one fails, and one call every `breakerOpenMs`.
 */
export function withBreaker(model: Model, { clock, log }: { clock: Clock; log: Log }): Model {
  let open: { until: number; error: BotError } | undefined;
  let trial: Promise<void> | undefined;

  const ask: Model["ask"] = async (context, options) => {
    try {
      const answer = await model.ask(context, options).catch((cause) => {
        // A single 401 may be a mistake of OpenAI's: it is tried once more before it counts.
        if (open || toBotError(cause).code !== "model.unauthorized") throw cause;
        return model.ask(context, options);
      });
      open = undefined;
      return answer;
    } catch (cause) {
      const error = toBotError(cause);
      if (accountErrors.has(error.code)) {
        if (!open) log.error("model.breaker_opened", { code: error.code, reason: error.message });
        open = { until: clock.now() + breakerOpenMs, error };
      }
      throw error;
    }
  };

  return {
    async ask(context, options) {
      while (open) {
        if (clock.now() < open.until) throw open.error;
        if (!trial) {
          const trying = ask(context, options);
          trial = trying.then(
            () => {},
            () => {},
          );
          return trying.finally(() => {
            trial = undefined;
          });
        }
        await trial;
      }
      return ask(context, options);
    },
  };
}
