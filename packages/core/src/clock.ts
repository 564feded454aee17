/** Time as the core sees it, so that tests and the simulation can set it. */
export type Clock = {
  /** Epoch milliseconds. */
  now(): number;
  /** Aborts after `ms`, with a `TimeoutError` as its reason. */
  timeout(ms: number): AbortSignal;
};

export const systemClock: Clock = {
  now: () => Date.now(),
  timeout: (ms) => AbortSignal.timeout(ms),
};
