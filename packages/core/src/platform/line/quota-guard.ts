import type { Clock } from "../../clock.ts";
import type { Log } from "../../log.ts";
import { quotaGuard } from "../../settings.ts";
import { isLow, type Quota } from "./quota.ts";

export type QuotaGuardOptions = { ask(): Promise<Quota>; clock: Clock; log: Log };

/**
 * What is left of the month's pushes, asked when one is to be made and not known for an hour, and counted down between.
 * Below a reserve, answers wait for their user instead: better late and free than parked for want of quota. The
 * operator hears of it once a day from each process.
 */
export function createQuotaGuard({ ask, clock, log }: QuotaGuardOptions) {
  let known: { quota: Quota; askAgainAt: number } | undefined;
  let asking: Promise<void> | undefined;
  let toldAt = Number.NEGATIVE_INFINITY;

  async function learn(): Promise<void> {
    try {
      const quota = await ask();
      // A limit that was raised, or a new month, is noticed soon.
      const { askEveryMs, askAgainMs } = quotaGuard;
      known = { quota, askAgainAt: clock.now() + (isLow(quota) ? askAgainMs : askEveryMs) };
    } catch {
      // Nothing is held back because LINE does not say: what it refuses waits then.
      const quota = known?.quota ?? { limit: undefined, used: 0 };
      known = { quota, askAgainAt: clock.now() + quotaGuard.askAgainMs };
    }
  }

  return {
    /** To a group it counts once for each member, and LINE alone knows how many there are. */
    pushed(to: "user" | "group"): void {
      if (!known) return;
      const { quota, askAgainAt } = known;
      const soon = to === "group" ? clock.now() + quotaGuard.askAgainMs : askAgainAt;
      known = { quota: { ...quota, used: quota.used + 1 }, askAgainAt: Math.min(askAgainAt, soon) };
    },

    async isLow(): Promise<boolean> {
      if (!known || clock.now() >= known.askAgainAt) {
        asking ??= learn().finally(() => {
          asking = undefined;
        });
        await asking;
      }
      const { quota } = known!;
      if (!isLow(quota)) return false;
      if (clock.now() - toldAt >= quotaGuard.tellEveryMs) {
        toldAt = clock.now();
        log.error("line.quota_low", quota);
      }
      return true;
    },
  };
}
