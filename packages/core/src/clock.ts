/** Time as the core sees it, so that tests and the simulation can set it. */
export type Clock = {
  /** Epoch milliseconds. */
  now(): number;
  /** Aborts after `ms`, with a `TimeoutError` as its reason. */
  timeout(ms: number): AbortSignal;
};

/** Resolves after `ms`. */
export function elapsed(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.timeout(ms).addEventListener("abort", () => resolve(), { once: true });
  });
}

export const systemClock: Clock = {
  now: () => Date.now(),
  timeout: (ms) => AbortSignal.timeout(ms),
};
