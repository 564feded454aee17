import type { Clock } from "../../clock.ts";
import { BotError, toBotError } from "../../error.ts";
import { deadlines, replyTokenFreshMs } from "../../settings.ts";
import type { Answer, DeliveryWay, Turn } from "../../turn/turn.ts";
import type { Turns } from "../../turn/turns.ts";
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
  /** An earlier attempt may have got as far as sending it, and nobody has heard what came of it. */
  maybeSent: boolean;
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
  return async ({ turn, replyToken, maybeSent }: DeliverRequest): Promise<Delivered> => {
    const { answer } = turn;
    if (answer.way === "reply") {
      const replied = await reply(turn, replyToken, maybeSent);
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
    maybeSentBefore: boolean,
  ): Promise<Delivered | undefined> {
    let maybeSent = maybeSentBefore;
    for (let sends = 1; replyToken; sends += 1) {
      holdsLease(turn, clock);
      const result = await attempt(() => line.reply(replyToken.token, turn.answer.messages));
      if (result instanceof BotError) {
        maybeSent ||= result.outcome === "unknown";
        if (!maybeSent && refusesPushesToo(result)) throw result;
        if (!maybeSent) return undefined;
        if (sends < REPLY_SENDS && isFresh(replyToken, clock.now())) continue;
        throw outcomeUnknown(result);
      }
      if (result.outcome !== "invalid_reply_token") return { by: "reply", requestId: result.requestId };
      if (!maybeSent) return undefined;
      if (isFresh(replyToken, clock.now())) return { by: "reply", requestId: undefined };
      break;
    }
    if (!maybeSent) return undefined;
    throw new BotError("delivery.unclear", "A reply was sent and nobody can tell whether it arrived", {
      retry: "never",
      outcome: "unknown",
    });
  }
}

/** Whatever became of the last send, one before it may have arrived. */
function outcomeUnknown(error: BotError): BotError {
  if (error.outcome === "unknown") return error;
  const { code, message, retry, cause } = error;
  return new BotError(code, message, { retry, outcome: "unknown", cause });
}

/** Then the answer stays a reply, which is free if its token is still fresh when LINE is back. */
function refusesPushesToo({ code }: BotError): boolean {
  return code === "line.unreachable" || code === "line.unauthorized";
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
