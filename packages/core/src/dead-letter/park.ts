import type { Bot } from "../bot/bot.ts";
import type { Memory } from "../chat/chats.ts";
import type { Clock } from "../clock.ts";
import { languageFor, wordsFor } from "../decide/command.ts";
import { BotError, toBotError } from "../error.ts";
import { chatHash, type Log } from "../log.ts";
import type { GuardedLine } from "../platform/line/breaker.ts";
import { isFresh, type ReplyToken } from "../platform/line/deliver.ts";
import { retryKeyOf } from "../platform/line/retry-key.ts";
import { type TextMessage, withButtons } from "../platform/line/text.ts";
import type { Inbox, Incoming } from "../queue/sqs.ts";
import { apologyPushedEveryMs } from "../settings.ts";
import { dayOf } from "../time-zone.ts";
import type { DeliveryWay, Turn } from "../turn/turn.ts";
import type { Turns } from "../turn/turns.ts";
import { accountOf } from "../usage/usage.ts";

export type ParkOptions = {
  bot: Pick<Bot, "texts" | "commands" | "timeZone">;
  inbox: Pick<Inbox, "park">;
  turns: Pick<Turns, "park">;
  line: Pick<GuardedLine, "reply" | "push" | "ready">;
  clock: Clock;
  log: Log;
};

export type ParkRequest = {
  message: Incoming;
  error: BotError;
  /** Missing for a message that could not even be read: then nobody is told. */
  turn?: Turn;
  /** Missing with it. */
  receivedAt?: number;
  replyToken?: ReplyToken | undefined;
  /** Missing if it could not be read. */
  memory?: Memory | undefined;
};

/**
 * Gives a message up: a copy with the reason goes to the dead-letter queue, the turn is marked, and
 * its user gets one short apology, with a button that asks again. In this order, so that whatever stops it
 * half-way, the message is on one of the two queues.
 */
export function createPark({ bot, inbox, turns, line, clock, log }: ParkOptions) {
  return async (request: ParkRequest): Promise<void> => {
    const { message, error, turn, receivedAt = 0, memory } = request;
    const at = clock.now();
    const attempts = turn?.attempts ?? 1;
    const { code, message: reason } = error;
    await inbox.park(message, { code, reason, attempts, receivedAt, parkedAt: at });
    const apologyBy = turn && (await wayOfApology(request, turn));
    if (turn) {
      const account = memory && accountOf(memory.usages, memory.fold, dayOf(at, bot.timeZone));
      await turns.park(turn, { code, unclearSince: turn.unclearSince, apologyBy }, at, account);
    }
    log.error("job.parked", {
      eventId: turn?.eventId,
      chat: chatHash(message.chatId),
      code,
      reason,
      attempts,
    });
    if (turn && apologyBy) await apologize(turn, apologyBy, request);
  };

  /** A reply is free. Pushes are not, so a chat gets one an hour; nothing, if the way is known to be closed. */
  async function wayOfApology(
    { error, replyToken, memory }: ParkRequest,
    turn: Turn,
  ): Promise<DeliveryWay | undefined> {
    // If the answer may have arrived, an apology would be as likely wrong as right.
    if (error.code === "delivery.unclear" || turn.unclearSince !== undefined) return undefined;
    const isUnused = turn.answer?.way !== "reply";
    const way = isUnused && isFresh(replyToken, clock.now()) ? "reply" : "push";
    // Not either, if it is unknown whether one was pushed.
    const pushedAt = memory ? (memory.apologyPushedAt ?? 0) : clock.now();
    if (way === "push" && clock.now() - pushedAt < apologyPushedEveryMs) return undefined;
    return line.ready(way).then(
      () => way,
      () => undefined,
    );
  }

  async function apologize(turn: Turn, way: DeliveryWay, { replyToken, memory }: ParkRequest): Promise<void> {
    const language = languageFor(turn, memory);
    const words = wordsFor("retry", language, bot);
    const text: TextMessage = { type: "text", text: bot.texts[language].apology };
    const messages = withButtons([text], words ? [{ label: words, text: words }] : []);
    try {
      if (way === "push") await line.push(turn.chatId, messages, retryKeyOf(`${turn.eventId}/apology`));
      else if (replyToken) await reply(replyToken);
    } catch (error) {
      log.warn("apology.not_sent", { eventId: turn.eventId, code: toBotError(error).code });
    }

    async function reply({ token }: ReplyToken): Promise<void> {
      const { outcome } = await line.reply(token, messages);
      if (outcome === "sent") return;
      throw new BotError("line.invalid_reply_token", "The reply token was used or has expired", {
        retry: "never",
      });
    }
  }
}
