import type { Chat } from "../bot/bot.ts";
import { type Clock, elapsed } from "../clock.ts";
import { courtesy } from "../courtesy.ts";
import type { Log } from "../log.ts";
import type { Platform } from "../platform/platform.ts";
import type { Job } from "../queue/job.ts";
import { loading, loadingAfterMs, loadingOnceTold } from "../settings.ts";

export type LoadingRequest = {
  platform: Pick<Platform, "showLoading">;
  chat: Chat;
  job: Job;
  /** What is said once if the answer takes longer, and from when on, epoch milliseconds. It never throws. */
  late: { at: number; say(): Promise<void> } | undefined;
  clock: Clock;
  log: Log;
};

/**
 * Shows that an answer is being written, unless it comes at once, for as long as it takes: a courtesy with a short
 * deadline of its own, without which the answer still comes. What is said ends the animation. It never throws.
 */
export async function showLoadingUntil(
  answered: Promise<unknown>,
  { platform, chat, job, late, clock, log }: LoadingRequest,
): Promise<void> {
  const early = answered.then(
    () => "answered",
    () => "failed",
  );
  const isAnsweredBy = async (at: number) =>
    (await Promise.race([early, elapsed(clock, Math.max(0, at - clock.now()))])) !== undefined;

  let unsaid = late;
  let { forS, everyMs }: { forS: number; everyMs: number } = loading;
  let showAt = clock.now() + loadingAfterMs;
  while (!(await isAnsweredBy(Math.min(showAt, unsaid?.at ?? showAt)))) {
    if (unsaid && clock.now() >= unsaid.at) {
      await unsaid.say();
      unsaid = undefined;
      ({ forS, everyMs } = loadingOnceTold);
    }
    await courtesy(() => platform.showLoading(chat, job, forS), log, "loading.not_shown");
    showAt = clock.now() + everyMs;
  }
}
