import type { Clock } from "../clock.ts";
import { BotError, toBotError } from "../error.ts";
import { deadlines, replyTokenFreshMs } from "../settings.ts";
import type { Answer, DeliveryWay, Turn } from "../turn/turn.ts";
import type { Turns } from "../turn/turns.ts";
import type { Line, SendResult } from "./api.ts";

/** The reply token of an event, with the time from which its minute counts. */
export type ReplyToken = {
  token: string;
  /** Epoch milliseconds. */
  receivedAt: number;
};

export type Delivered = { by: DeliveryWay; requestId: string | undefined };

export type DeliverOptions = {
  line: Pick<Line, "reply" | "push">;
  turns: Pick<Turns, "usePush">;
  clock: Clock;
};

export type DeliverRequest = {
  turn: Turn & { answer: Answer };
  replyToken: ReplyToken | undefined;
  /** The answer was stored by an earlier attempt, which may have got as far as sending it. */
  resumed: boolean;
};

/** Sends of one reply within one attempt: the first, and a repeat after an unclear outcome. */
const REPLY_SENDS = 2;

export function isFresh(replyToken: ReplyToken | undefined, now: number): replyToken is ReplyToken {
  return replyToken !== undefined && now < replyToken.receivedAt + replyTokenFreshMs;
}

/**
 * Sends a stored answer so that the user sees it once.
 *
 * A push is safe to repeat: LINE knows its retry key. A reply has no retry key, but its token
 * works once: after an unclear outcome the same reply is sent again while the token is
 * fresh, and "Invalid reply token" then means that the first one arrived. When the token is no
 * longer fresh, nobody can tell whether it was used or has expired; pushing might answer twice, so
 * the turn is parked as `delivery.unclear` for an operator to decide.
 */
export function createDeliver({ line, turns, clock }: DeliverOptions) {
  return async ({ turn, replyToken, resumed }: DeliverRequest): Promise<Delivered> => {
    const { answer } = turn;
    if (answer.way === "reply") {
      const replied = await reply(turn, replyToken, resumed);
      if (replied) return replied;
      await turns.usePush(turn);
    }
    holdsLease(turn, clock);
    const { requestId } = await line.push(turn.chatId, answer.messages, answer.retryKey);
    return { by: "push", requestId };
  };

  /** @returns nothing if it is certain that no reply arrived */
  async function reply(
    turn: DeliverRequest["turn"],
    replyToken: ReplyToken | undefined,
    resumed: boolean,
  ): Promise<Delivered | undefined> {
    let maybeSent = resumed;
    for (let sends = 1; replyToken; sends += 1) {
      holdsLease(turn, clock);
      const result = await attempt(() => line.reply(replyToken.token, turn.answer.messages));
      if (result instanceof BotError) {
        maybeSent ||= result.outcome === "unknown";
        if (!maybeSent) return undefined;
        if (sends < REPLY_SENDS && isFresh(replyToken, clock.now())) continue;
        throw result;
      }
      if (result.outcome !== "invalid_reply_token") return { by: "reply", requestId: result.requestId };
      if (!maybeSent) return undefined;
      if (isFresh(replyToken, clock.now())) return { by: "reply", requestId: undefined };
      break;
    }
    if (!maybeSent) return undefined;
    throw new BotError("delivery.unclear", "A reply was sent and nobody can tell whether it arrived", {
      retry: "never",
    });
  }
}

async function attempt(send: () => Promise<SendResult>): Promise<SendResult | BotError> {
  try {
    return await send();
  } catch (error) {
    return toBotError(error);
  }
}

/**
 * A worker that woke up late sends nothing: it must hold its lease for as long as the call can take.
 * With every write conditional on the lease's owner, this leaves no moment for two senders.
 */
function holdsLease(turn: Turn, clock: Clock): void {
  if (clock.now() + deadlines.lineMs <= turn.leaseUntil) return;
  throw new BotError("turn.lease_expired", "The lease ran out before the answer was sent", {
    retry: "later",
  });
}
