import type { Clock } from "./clock.ts";
import { type BotError, toBotError } from "./error.ts";
import type { Log } from "./log.ts";
import { breakerOpenMs } from "./settings.ts";

export type BreakerOptions = {
  /** Errors that no retry mends and that hit every chat alike, by their code: only an operator can help. */
  opensOn: ReadonlySet<string>;
  /** The log line that tells the operator, once. */
  says: string;
  clock: Clock;
  log: Log;
};

/**
 * Stops hammering a service whose account is out of order: for a while everybody gets the same error at
 * once, without a call. Then a single call tries again, and the others wait for what it learns. Each worker
 * process has its own; what it wastes are the calls already in flight when the first one fails, and one
 * call every `breakerOpenMs`.
 */
export function createBreaker({ opensOn, says, clock, log }: BreakerOptions) {
  let open: { until: number; error: BotError } | undefined;
  let trial: Promise<void> | undefined;

  /** Makes the call in any case, and learns from it. */
  async function watch<T>(call: () => Promise<T>): Promise<T> {
    try {
      const result = await call();
      open = undefined;
      return result;
    } catch (cause) {
      const error = toBotError(cause);
      if (opensOn.has(error.code)) {
        if (!open) log.error(says, { code: error.code, reason: error.message });
        open = { until: clock.now() + breakerOpenMs, error };
      }
      throw error;
    }
  }

  /**
   * Throws while it is open. When that has been long enough, the first to come makes the call as a trial.
   *
   * @returns the trial's result; nothing if it is closed and no trial was needed
   */
  async function pass<T>(call: () => Promise<T>): Promise<{ result: T } | undefined> {
    while (open) {
      if (clock.now() < open.until) throw open.error;
      if (!trial) {
        const trying = watch(call).finally(() => {
          trial = undefined;
        });
        trial = trying.then(
          () => {},
          () => {},
        );
        return { result: await trying };
      }
      await trial;
    }
    return undefined;
  }

  return {
    watch,
    pass,
    isOpen: () => open !== undefined,

    /** Makes the call unless it is open. */
    async run<T>(call: () => Promise<T>): Promise<T> {
      const tried = await pass(call);
      return tried ? tried.result : watch(call);
    },
  };
}
