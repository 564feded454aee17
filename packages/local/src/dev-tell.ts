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

export type TellerOptions = {
  fetch?: typeof globalThis.fetch;
  /** Takes the one line about a server that is not this worker's Studio. */
  complain?: (line: string) => void;
};

/** Posts to Studio in order, and never in anybody's way: the worker works as well without Studio. */
export function createTeller(studioUrl: string, options: TellerOptions = {}): Teller {
  const { fetch = globalThis.fetch, complain = console.error } = options;
  const kept: Told[] = [];
  let isRefused = false;
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
      const { ok, status } = await fetch(`${studioUrl}/api/told`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(batch),
        signal: AbortSignal.timeout(REQUEST_MS),
      });
      if (isFinal(status)) refuse(status);
      return ok;
    } catch {
      return false;
    }
  }

  /** It would be refused again: nothing more is told. */
  function refuse(status: number): void {
    isRefused = true;
    kept.length = 0;
    complain(
      `Studio shows nothing of this worker: ${studioUrl} answered ${status}, so it is no Studio, or one of another version. Stop what else listens there, and restart npm run dev. Messages are answered as before.`,
    );
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
      if (isRefused) return;
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

/** Of the client's errors, only these two may end by themselves. */
function isFinal(status: number): boolean {
  return status >= 400 && status < 500 && status !== 408 && status !== 429;
}
