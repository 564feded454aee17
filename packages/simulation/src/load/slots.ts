/** What a model takes in a minute. */
export type ModelRate = { requestsPerMinute: number; tokensPerMinute: number };

export type Slots = {
  /** The next free moment from `at` on, milliseconds, which is then taken. */
  take(at: number): number;
};

/**
 * The model's rate limits as a line of slots, evenly spaced: whoever asks while none is free waits for the next one,
 * the oldest first.
 */
export function createSlots(rate: ModelRate, tokensPerRequest: number): Slots {
  const everyMs = 60_000 * Math.max(1 / rate.requestsPerMinute, tokensPerRequest / rate.tokensPerMinute);
  let free = 0;
  return {
    take(at) {
      const slot = Math.max(at, free);
      free = slot + everyMs;
      return slot;
    },
  };
}
