import { type BreakerOptions, createBreaker } from "../breaker.ts";
import { toBotError } from "../error.ts";
import type { Model } from "./model.ts";

/** Errors that no retry mends and that hit every chat alike: only an operator can help. See {@link modelError}. */
const accountErrors = new Set(["model.quota_exhausted", "model.unauthorized", "model.unknown_model"]);

/** Leaves a model alone whose account is out of credit or whose key is dead. */
export function withBreaker(model: Model, options: Pick<BreakerOptions, "clock" | "log">): Model {
  const breaker = createBreaker({ ...options, opensOn: accountErrors, says: "model.breaker_opened" });
  return {
    ask(context, asking) {
      // A chat that has waited for another's trial may have waited for long.
      const request = async () => {
        await asking.beforeRequest();
        return model.ask(context, asking);
      };
      return breaker.run(() =>
        request().catch((cause) => {
          // A single 401 may be a mistake of OpenAI's: it is tried once more before it counts.
          if (breaker.isOpen() || toBotError(cause).code !== "model.unauthorized") throw cause;
          return request();
        }),
      );
    },
  };
}
