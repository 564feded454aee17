import { KEPT, RETRY_KEY_MS } from "./limits.ts";

export type SentMessage = { id: string; quoteToken?: string };
export type AcceptedKey = { key: string; at: number; requestId: string; sentMessages: SentMessage[] };
export type RetryKeys = ReturnType<typeof createRetryKeys>;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
export const isRetryKey = (key: string) => UUID.test(key);

/** The retry keys of requests that took effect. The key of a refused request can be used again. */
export function createRetryKeys({
  clock,
  saved = [],
}: {
  clock: () => number;
  saved?: AcceptedKey[] | undefined;
}) {
  const keys = new Map(saved.map((one) => [one.key, one]));

  function dropExpired() {
    for (const [key, { at }] of keys) {
      if (clock() - at < RETRY_KEY_MS && keys.size <= KEPT.retryKeys) return;
      keys.delete(key);
    }
  }

  return {
    find(key: string): AcceptedKey | undefined {
      dropExpired();
      return keys.get(key.toLowerCase());
    },

    accept(key: string, requestId: string, sentMessages: SentMessage[]) {
      keys.set(key.toLowerCase(), { key: key.toLowerCase(), at: clock(), requestId, sentMessages });
      dropExpired();
    },

    save: () => [...keys.values()],
  };
}
