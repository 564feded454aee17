import type { Bot } from "../bot/bot.ts";
import type { AnyHandler } from "../bot/handler.ts";
import type { Language } from "../bot/language.ts";
import type { Clock } from "../clock.ts";
import { BotError } from "../error.ts";
import type { Log } from "../log.ts";
import { textOf } from "../platform/content.ts";
import type { Answerable, Message, Platform, Profile } from "../platform/platform.ts";
import type { Job } from "../queue/job.ts";
import { handlerLimits } from "../settings.ts";
import type { Turn } from "../turn/turn.ts";
import { inTime, TookTooLong } from "./in-time.ts";
import { showLoadingUntil } from "./loading.ts";

export type OwnRequest = {
  turn: Turn;
  inbound: Answerable;
  profile: Profile | undefined;
  job: Job;
  platform: Platform;
  language: Language;
  log: Log;
};

/**
 * Has a handler of the bot's owner answer, once in an attempt. An error of it is one like any other: the attempt has
 * failed, and the next one runs it again.
 *
 * @returns runs a handler; no messages, if it says nothing
 */
export function createHandleOwn({ bot, clock }: { bot: Pick<Bot, "texts">; clock: Clock }) {
  return async ({ name, run }: AnyHandler, request: OwnRequest): Promise<readonly Message[]> => {
    const { turn, inbound, profile, job, platform, language, log } = request;
    const { chat, senderId, eventId } = inbound;
    const startedAt = clock.now();
    const user = { id: senderId, name: profile?.name };
    const given = { user, chat, eventId, language, log, ...toldOf(inbound, turn, job) };
    const running = inTime((signal) => run({ ...given, signal }), {
      ...{ timeoutMs: handlerLimits.timeoutMs, clock },
    });
    const showing = showLoadingUntil(running, { platform, chat, job, late: undefined, clock, log });
    try {
      const answer = await running.finally(() => showing);
      const messages = platform.ownMessages(answer, { cutNotice: bot.texts[language].cut });
      log.info("handler.ran", { handler: name, messages: messages.length, ms: clock.now() - startedAt });
      return messages;
    } catch (cause) {
      throw handlerError(name, cause);
    }
  };
}

/** What it is about. */
function toldOf(inbound: Answerable, turn: Turn, { event }: Job): Record<string, unknown> {
  if (inbound.kind === "question") return { text: textOf(turn.question) };
  const { data } = inbound.kind === "occurrence" ? inbound : {};
  return { event, ...(data !== undefined && { data }) };
}

/** Without the words of the handler's own error, which may quote a user. */
function handlerError(name: string, cause: unknown): BotError {
  const { timeoutMs } = handlerLimits;
  const handler = `The handler ${JSON.stringify(name)}`;
  if (cause instanceof TookTooLong)
    return new BotError("handler.timeout", `${handler} did not answer within ${timeoutMs / 1000} s`, {
      ...{ retry: "later", cause: cause.cause },
    });
  if (cause instanceof BotError && cause.code === "handler.bad_answer")
    return new BotError(cause.code, `${handler} returned what cannot be sent: ${cause.message}`, {
      ...{ retry: cause.retry, cause: cause.cause },
    });
  const thrown = cause instanceof Error ? cause.name : typeof cause;
  return new BotError("handler.failed", `${handler} threw ${thrown}`, { retry: "later", cause });
}
