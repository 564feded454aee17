import type { Chat } from "../bot/bot.ts";
import { type Clock, elapsed } from "../clock.ts";
import { courtesy } from "../courtesy.ts";
import type { Log } from "../log.ts";
import type { Platform } from "../platform/platform.ts";
import { loadingAfterMs } from "../settings.ts";

export type LoadingRequest = { platform: Pick<Platform, "showLoading">; chat: Chat; clock: Clock; log: Log };

/**
 * Shows that an answer is being written, unless it comes at once: a courtesy with a short deadline of its own,
 * without which the answer still comes. It never throws.
 */
export async function showLoadingUntil(
  answered: Promise<unknown>,
  { platform, chat, clock, log }: LoadingRequest,
): Promise<void> {
  const early = answered.then(
    () => "answered",
    () => "failed",
  );
  if (await Promise.race([early, elapsed(clock, loadingAfterMs)])) return;
  await courtesy(() => platform.showLoading(chat), log, "loading.not_shown");
}
