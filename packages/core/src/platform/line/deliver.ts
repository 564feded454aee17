import type { Clock } from "../../clock.ts";
import { BotError, toBotError } from "../../error.ts";
import { deadlines } from "../../settings.ts";
import type { Delivered, Delivery } from "../platform.ts";
import type { Line, SendResult } from "./api.ts";
import type { TextMessage } from "./compose.ts";
import { isFresh, type ReplyToken, replyTokenOf } from "./reply-token.ts";

export type DeliverOptions = { line: Pick<Line, "reply" | "push">; clock: Clock };

/** Sends of one reply within one attempt: the first, and a repeat after an unclear outcome. */
const REPLY_SENDS = 2;

/**
 * Sends a stored answer so that the user sees it once.
 *
 * A push is safe to repeat: LINE knows its retry key. A reply has no retry key, but its token
 * works once: after an unclear outcome the same reply is sent again while the token is
 * fresh, and "Invalid reply token" then means that the first one arrived. When the token is no
 * longer fresh, nobody can tell whether it was used or has expired; pushing might answer twice, so
 * the turn is parked as `delivery.unclear` for an operator to decide.
 *
 * An answer for which the month has no push left waits: its user's next message brings it for free.
 */
export function createDeliver({ line, clock }: DeliverOptions) {
  return async (delivery: Delivery): Promise<Delivered | undefined> => {
    if (delivery.route === "reply") {
      const replied = await reply(delivery, replyTokenOf(delivery.job));
      if (replied) return replied;
      if (!(await delivery.usePush())) return undefined;
    }
    delivery.mustHold(deadlines.sendMs);
    const { chatId, idempotencyKey } = delivery;
    const result = await attempt(() => line.push(chatId, textsOf(delivery), idempotencyKey));
    if (result instanceof BotError) {
      if (forWantOfQuota.has(result.code) && delivery.maybeSentAt === undefined) return undefined;
      throw result;
    }
    const { requestId, sentIds } = result;
    return { route: "push", requestId, sentIds };
  };

  /** @returns nothing if it is certain that no reply arrived */
  async function reply(
    delivery: Delivery,
    replyToken: ReplyToken | undefined,
  ): Promise<Delivered | undefined> {
    let maybeSent = delivery.maybeSentAt !== undefined;
    for (let sends = 1; replyToken; sends += 1) {
      delivery.mustHold(deadlines.sendMs);
      const result = await attempt(() => line.reply(replyToken.token, textsOf(delivery)));
      if (result instanceof BotError) {
        maybeSent ||= result.outcome === "unknown";
        if (!maybeSent && refusesPushesToo(result)) throw result;
        if (!maybeSent) return undefined;
        if (sends < REPLY_SENDS && isFresh(replyToken, clock.now())) continue;
        throw outcomeUnknown(result);
      }
      const { outcome, requestId, sentIds } = result;
      if (outcome !== "invalid_reply_token") return { route: "reply", requestId, sentIds };
      if (!maybeSent) return undefined;
      if (isFresh(replyToken, clock.now())) return { route: "reply", requestId: undefined };
      break;
    }
    if (!maybeSent) return undefined;
    throw new BotError("delivery.unclear", "A reply was sent and nobody can tell whether it arrived", {
      retry: "never",
      outcome: "unknown",
    });
  }
}

/** Also while there is some left, and not enough: a push to a group counts once for each of its members. */
const forWantOfQuota: ReadonlySet<string> = new Set(["line.quota_exhausted", "line.quota_reserved"]);

/** They were composed by this platform. */
function textsOf({ messages }: Delivery): readonly TextMessage[] {
  return messages as readonly TextMessage[];
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
