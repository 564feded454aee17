import { retry } from "../settings.ts";

/**
 * Seconds until the next attempt: 5, 15, 45, 135 by the number of attempts so far, with
 * jitter; longer when the other side asked for it, within bounds.
 */
export function retryDelayS(
  attempts: number,
  retryAfterMs: number | undefined,
  random: () => number,
): number {
  const step = retry.delaysS[Math.min(attempts, retry.delaysS.length) - 1] ?? retry.delaysS[0];
  const jittered = step * (1 + retry.jitter * random());
  const wanted = Math.max(jittered, (retryAfterMs ?? 0) / 1000);
  return Math.ceil(Math.min(wanted, retry.maxDelayS));
}
