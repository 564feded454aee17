import { deadlines, tokenCap } from "@henji/core/settings";
import { dayOf } from "@henji/core/time-zone";
import type { ModelUsage } from "@henji/core/usage/usage";
import type { Process } from "../process.ts";
import { askedIn, type Book, type BookOptions } from "./book.ts";

/** After this time all other processes know what one has used; one second of it is for the calls to the table. */
const KNOWN_AFTER_MS = tokenCap.addEveryMs + tokenCap.readEveryMs + 1_000;

/** The cap on what all chats together use in a day. */
export function checkCap(
  { fateOf, turnsOf, violate, calm, cappedProcesses }: Book,
  { bot, scheduler }: BookOptions,
) {
  const { timeZone, limits } = bot;
  const used: { at: number; tokens: number }[] = [];

  return {
    /** A process has an answer of the model. */
    used({ inputTokens, outputTokens }: ModelUsage): void {
      used.push({ at: scheduler.now(), tokens: inputTokens + outputTokens });
    },

    /** A process is about to ask. */
    asking(process: Process, question: string): void {
      const { totalDailyTokens } = limits;
      const fate = fateOf(askedIn(question));
      if (totalDailyTokens === undefined || !fate) return;
      // What an attempt before this one has called may have had its effect: that goes on.
      if (turnsOf(fate.chatId).some(({ status, transcript }) => status === "claimed" && transcript)) return;
      // If it is asked again, it was claimed as another event.
      const claimedAt = fate.answers > 0 ? scheduler.now() : (fate.claimedAt ?? 0);
      const cappedAt = cappedProcesses.get(process.name);
      const isToday = cappedAt !== undefined && dayOf(cappedAt, timeZone) === dayOf(claimedAt, timeZone);
      if (isToday && calm.cap && claimedAt - deadlines.tableMs > cappedAt && fate.answers === 0)
        violate("bounded", "asked by a process that knows that the day's tokens are used up", fate);

      const day = dayOf(claimedAt, timeZone);
      const known = used.filter(({ at }) => at < claimedAt - KNOWN_AFTER_MS && dayOf(at, timeZone) === day);
      const tokens = known.reduce((sum, one) => sum + one.tokens, 0);
      if (calm.cap && fate.answers === 0 && tokens >= totalDailyTokens)
        violate("bounded", `asked when ${tokens} of the day's ${totalDailyTokens} tokens were used`, fate);
    },
  };
}
