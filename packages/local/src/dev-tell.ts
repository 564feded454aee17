import type { BotInUse } from "./bot-in-use.ts";
import type { Seen } from "./watch-worker.ts";

/** What the worker of `sst dev` tells Studio, which is another process. */
export type Told = Seen | { type: "bot"; bot: BotInUse };

export type Teller = {
  tell(told: Told): void;
  /** Sends what is left, once. */
  close(): Promise<void>;
};

/** Kept while Studio cannot be reached; beyond that the oldest are dropped. */
const MAX_KEPT = 2_000;
const PER_REQUEST = 100;
const RETRY_MS = 1_000;
const REQUEST_MS = 2_000;

/** Posts to Studio in order, and never in anybody's way: the worker works as well without Studio. */
export function createTeller(studioUrl: string, fetch: typeof globalThis.fetch = globalThis.fetch): Teller {
  const kept: Told[] = [];
  let sending: Promise<void> | undefined;
  let retry: NodeJS.Timeout | undefined;

  /** @returns whether all was sent */
  async function send(): Promise<boolean> {
    while (kept.length > 0) {
      const batch = kept.slice(0, PER_REQUEST);
      if (!(await post(batch))) return false;
      // Others may have been dropped meanwhile.
      const last = kept.indexOf(batch.at(-1)!);
      kept.splice(0, last + 1);
    }
    return true;
  }

  async function post(batch: Told[]): Promise<boolean> {
    try {
      const { ok } = await fetch(`${studioUrl}/api/told`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(batch),
        signal: AbortSignal.timeout(REQUEST_MS),
      });
      return ok;
    } catch {
      return false;
    }
  }

  function start(): void {
    if (sending || retry || kept.length === 0) return;
    sending = send().then((isDone) => {
      sending = undefined;
      if (isDone) return start();
      retry = setTimeout(() => {
        retry = undefined;
        start();
      }, RETRY_MS).unref();
    });
  }

  return {
    tell(told) {
      kept.push(told);
      if (kept.length > MAX_KEPT) kept.shift();
      start();
    },

    async close() {
      await sending;
      clearTimeout(retry);
      await send();
    },
  };
}
