import { type Bot, languageOf } from "../bot.ts";
import type { Clock } from "../clock.ts";
import { type BotError, toBotError } from "../error.ts";
import type { Line } from "../line/api.ts";
import { isFresh, type ReplyToken } from "../line/deliver.ts";
import { retryKeyOf } from "../line/retry-key.ts";
import type { TextMessage } from "../line/text.ts";
import { chatHash, type Log } from "../log.ts";
import type { Inbox, Incoming } from "../queue/sqs.ts";
import type { Turn } from "../turn/turn.ts";
import type { Turns } from "../turn/turns.ts";
import type { Account } from "../usage/usage.ts";

export type ParkOptions = {
  bot: Pick<Bot, "texts">;
  inbox: Pick<Inbox, "park">;
  turns: Pick<Turns, "park">;
  line: Pick<Line, "reply" | "push">;
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
  /** Of the chat's day, if it is known. */
  account?: Account | undefined;
};

/**
 * Gives a message up: a copy with the reason goes to the dead-letter queue, the turn is marked, and
 * its user gets one short apology. In this order, so that whatever stops it half-way, the message is
 * on one of the two queues.
 */
export function createPark({ bot, inbox, turns, line, clock, log }: ParkOptions) {
  return async ({
    message,
    error,
    turn,
    receivedAt = 0,
    replyToken,
    account,
  }: ParkRequest): Promise<void> => {
    const at = clock.now();
    const attempts = turn?.attempts ?? 1;
    const { code, message: reason } = error;
    await inbox.park(message, { code, reason, attempts, receivedAt, parkedAt: at });
    if (turn) await turns.park(turn, { code, unclearSince: turn.unclearSince }, at, account);
    log.error("job.parked", {
      eventId: turn?.eventId,
      chat: chatHash(message.chatId),
      code,
      reason,
      attempts,
    });
    // If the answer may have arrived, an apology would be as likely wrong as right.
    if (turn && code !== "delivery.unclear" && turn.unclearSince === undefined)
      await apologize(turn, replyToken);
  };

  async function apologize(turn: Turn, replyToken: ReplyToken | undefined): Promise<void> {
    const text = bot.texts[languageOf(turn.question)].apology;
    const messages: TextMessage[] = [{ type: "text", text }];
    const unused = turn.answer?.way !== "reply";
    try {
      if (unused && isFresh(replyToken, clock.now())) {
        const { outcome } = await line.reply(replyToken.token, messages);
        if (outcome === "sent") return;
      }
      await line.push(turn.chatId, messages, retryKeyOf(`${turn.eventId}/apology`));
    } catch (error) {
      log.warn("apology.not_sent", { eventId: turn.eventId, code: toBotError(error).code });
    }
  }
}
