import type { Bot, Chat } from "../bot/bot.ts";
import type { Language } from "../bot/language.ts";
import type { Clock } from "../clock.ts";
import { courtesy } from "../courtesy.ts";
import { toBotError } from "../error.ts";
import type { Log } from "../log.ts";
import { idempotencyKeyOf } from "../platform/idempotency-key.ts";
import type { Platform } from "../platform/platform.ts";
import type { Job } from "../queue/job.ts";
import { deadlines, thinkingBeforeMs } from "../settings.ts";
import { isInGroup, type Turn } from "../turn/turn.ts";
import type { Turns } from "../turn/turns.ts";
import type { Notices } from "./notice.ts";

export type ThinkingOptions = {
  bot: Pick<Bot, "delivery">;
  turns: Pick<Turns, "spend" | "told">;
  notices: Pick<Notices, "stillThinking">;
  clock: Clock;
};

type ThinkingRequest = {
  turn: Turn;
  platform: Platform;
  job: Job;
  /** See `Held`. */
  thinking: { at: number | undefined };
  log: Log;
  language: Language;
  /** When this invocation must be over, epoch milliseconds. */
  deadline: number;
};

/** Most answers take no longer. */
const ANSWERED_SOON_MS = 6_000;
/** By which a timer may be late. */
const MARGIN_MS = 500;
/** For the write and the reply. */
const TAKES_MS = deadlines.tableMs + deadlines.sendMs;

/**
 * Spends a free reply that is about to expire on saying that the model is still working, with a button that brings
 * the answer. Recorded before it is sent, in one try: whatever comes of that, the answer is not replied any more.
 */
export function createThinking({ bot, turns, notices, clock }: ThinkingOptions) {
  return (request: ThinkingRequest): { at: number; say(): Promise<void> } | undefined => {
    const { turn, platform, job, thinking, deadline } = request;
    const until = platform.replyUntil(job);
    if (bot.delivery === "push" || until === undefined || thinking.at !== undefined) return undefined;
    const last = Math.min(until, deadline - deadlines.reserveMs) - TAKES_MS;
    if (turn.status !== "claimed" || clock.now() >= last) return undefined;
    return {
      // Who comes late from the queue may be answered in time all the same.
      at: Math.max(until - thinkingBeforeMs, Math.min(last - MARGIN_MS, clock.now() + ANSWERED_SOON_MS)),
      async say() {
        if (clock.now() < last) await say(request);
      },
    };
  };

  async function say({ turn, platform, job, thinking, language, log }: ThinkingRequest): Promise<void> {
    const { chatId, eventId, key } = turn;
    const at = clock.now();
    try {
      await turns.spend(turn, at);
      thinking.at = at;
      const isGroup = isInGroup(turn);
      const chat: Pick<Chat, "type"> = { type: isGroup ? "group" : "user" };
      const said = notices.stillThinking(key, { platform, language, chat });
      // Others may have spoken meanwhile.
      const messages = isGroup ? platform.quoting(said, job) : said;
      const idempotencyKey = idempotencyKeyOf(`${eventId}/thinking`);
      const { sentIds } = await platform.sendOnce({ job, chatId, messages, idempotencyKey, route: "reply" });
      log.info("thinking.said");
      if (isGroup && sentIds) await courtesy(() => turns.told(turn, sentIds), log, "told.not_kept");
    } catch (error) {
      log.with({}, error).warn("thinking.not_said", { code: toBotError(error).code });
    }
  }
}
