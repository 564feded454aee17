import type { Bot } from "../bot/bot.ts";
import { type Clock, elapsed } from "../clock.ts";
import { toBotError } from "../error.ts";
import type { Log } from "../log.ts";
import { tokenCap } from "../settings.ts";
import { dayOf } from "../time-zone.ts";
import type { Totals } from "./totals.ts";
import { limitedTokens, type ModelUsage, type Prices } from "./usage.ts";

export type TokenCapOptions = {
  bot: Pick<Bot, "timeZone"> & {
    limits: Pick<Bot["limits"], "totalDailyTokens">;
    model: { prices: Prices };
  };
  totals: Totals;
  /** From 0 up to 1. */
  random: () => number;
  clock: Clock;
  log: Log;
};

/** The cap on what the whole bot uses in a day, as one worker process sees it. */
export type TokenCap = {
  /**
   * Whether the day's tokens are used up. Reads the day's sum if what is known of it is older than
   * `tokenCap.readEveryMs`: beside the claim, so that no user waits for it.
   */
  isReached(): Promise<boolean>;
  /** Counts what a request of the model has taken. */
  count(usage: ModelUsage): void;
  /** Adds what is counted and not in the table yet. It never throws: what could not be added stays for the next time. */
  flush(): Promise<void>;
};

/**
 * Each process counts what it uses, adds it to the day's items every `tokenCap.addEveryMs` and at the end of each
 * batch, and reads their sum. So whatever is used is known everywhere after the two times together, and the bot
 * uses no more beyond its cap than in that time, and for the questions that were being answered then.
 *
 * @returns nothing if the bot has no cap
 */
export function createTokenCap(options: TokenCapOptions): TokenCap | undefined {
  const { totalDailyTokens } = options.bot.limits;
  return totalDailyTokens === undefined ? undefined : createCap(totalDailyTokens, options);
}

function createCap(mostTokens: number, { bot, totals, random, clock, log }: TokenCapOptions): TokenCap {
  const { timeZone } = bot;
  const shard = Math.floor(random() * tokenCap.shards);
  /** By day: counted, and not in the table yet. */
  const counted = new Map<string, number>();
  /** The day's sum when it was read, and what this process has counted since. */
  let known: { day: string; tokens: number; readAt: number } | undefined;
  let reading: Promise<void> | undefined;
  let adding = Promise.resolve();
  let isAddingLater = false;
  let toldOf = "";

  const today = () => dayOf(clock.now(), timeZone);

  function isKnownReached(): boolean {
    const day = today();
    if (known?.day !== day || known.tokens < mostTokens) return false;
    if (toldOf !== day) log.error("bot.token_cap_reached", { day, tokens: known.tokens, limit: mostTokens });
    toldOf = day;
    return true;
  }

  async function read(day: string): Promise<void> {
    const readAt = clock.now();
    const tokens = await totals.sum(day);
    known = { day, readAt, tokens: tokens + (counted.get(day) ?? 0) };
  }

  function count(usage: ModelUsage): void {
    const tokens = limitedTokens(usage, bot.model.prices);
    const day = today();
    counted.set(day, (counted.get(day) ?? 0) + tokens);
    if (known?.day === day) known.tokens += tokens;
    if (isAddingLater) return;
    isAddingLater = true;
    void elapsed(clock, tokenCap.addEveryMs).then(() => {
      isAddingLater = false;
      return flush();
    });
  }

  function flush(): Promise<void> {
    adding = adding.then(async () => {
      for (const [day, tokens] of [...counted]) await add(day, tokens);
    });
    return adding;
  }

  async function add(day: string, tokens: number): Promise<void> {
    counted.delete(day);
    try {
      await totals.add({ day, shard, tokens, now: clock.now() });
    } catch (error) {
      counted.set(day, (counted.get(day) ?? 0) + tokens);
      log.warn("bot.tokens_not_added", { day, code: toBotError(error).code });
    }
  }

  return {
    async isReached() {
      // The sum only grows: once it is reached, nothing is read until tomorrow.
      if (isKnownReached()) return true;
      const day = today();
      const isFresh = known?.day === day && clock.now() - known.readAt < tokenCap.readEveryMs;
      if (isFresh) return false;
      reading ??= read(day).finally(() => {
        reading = undefined;
      });
      try {
        await reading;
      } catch (error) {
        // A process that knows nothing of the day asks nothing.
        if (known?.day !== day) throw error;
        log.warn("bot.total_not_read", { day, code: toBotError(error).code });
      }
      return isKnownReached();
    },

    count,
    flush,
  };
}
