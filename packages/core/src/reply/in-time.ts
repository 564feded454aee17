import type { Clock } from "../clock.ts";

/** `cause`: what it has thrown when it was told that its time is over. */
export class TookTooLong extends Error {}

/**
 * Runs what others have written within its time. What ignores the signal goes on alone, and nobody hears of it.
 *
 * @throws TookTooLong, or what it throws itself
 */
export async function inTime(
  run: (signal: AbortSignal) => unknown,
  { timeoutMs, clock }: { timeoutMs: number; clock: Clock },
): Promise<unknown> {
  const signal = clock.timeout(timeoutMs);
  const late = Promise.withResolvers<never>();
  signal.addEventListener("abort", () => late.reject(new TookTooLong()), { once: true });
  const running = (async () => run(signal))();
  for (const promise of [running, late.promise]) promise.catch(() => {});
  try {
    return await Promise.race([running, late.promise]);
  } catch (cause) {
    if (cause instanceof TookTooLong || !signal.aborted) throw cause;
    throw new TookTooLong(undefined, { cause });
  }
}
