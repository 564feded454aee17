import * as z from "zod/mini";
import type { Chat } from "../../bot/bot.ts";
import { BotError } from "../../error.ts";
import { deadlines } from "../../settings.ts";
import type { Profile } from "../platform.ts";
import { createCaller, type LineOptions, readWith } from "./call.ts";
import type { TextMessage } from "./compose.ts";
import { INVALID_REPLY_TOKEN, messageOf, requestIdOf, statusError } from "./error.ts";
import { askInfo, type BotInfo } from "./info.ts";
import { asSent } from "./own-messages.ts";
import { askQuota, isUsedUp, type Quota } from "./quota.ts";

/** What LINE said to a send that it did not refuse outright. */
export type SendResult = {
  /** `already_accepted`: the retry key is known, so the message was delivered before. */
  outcome: "sent" | "already_accepted" | "invalid_reply_token";
  /** LINE's id of the request that was accepted, to trace it with. */
  requestId: string | undefined;
  /** Ids of the messages, by which users quote them, if LINE has told them. */
  sentIds?: readonly string[] | undefined;
};

/** The part of the Messaging API that the bot uses. */
export type Line = {
  /** Free; the token works once, for about a minute. */
  reply(replyToken: string, messages: readonly TextMessage[]): Promise<SendResult>;
  /** Counted by LINE; repeating it with the same key and body within 24 h sends nothing twice. */
  push(to: string, messages: readonly TextMessage[], retryKey: string): Promise<SendResult>;
  /** Shows "…" in a 1:1 chat until the next message, or for `seconds` (5 to 60, in fives). */
  showLoading(userId: string, seconds: number): Promise<void>;
  /** Shows the chat's messages as read; only for a channel whose `chatMode` is `chat`. */
  markAsRead(token: string): Promise<void>;
  /** Nothing if LINE knows no such user: a stranger, or one who has blocked the bot. */
  profile(chat: Chat, userId: string): Promise<Profile | undefined>;
  info(): Promise<BotInfo>;
  /** Free, like every question about the channel. */
  quota(): Promise<Quota>;
};

/** LINE's SDK with a deadline on every call, and with every outcome as one of ours. */
export function createLine(options: LineOptions): Line {
  const caller = createCaller(options);
  const { client, request } = caller;
  const askProfile = {
    user: (_: string, userId: string) => client.getProfileWithHttpInfo(userId),
    group: (id: string, userId: string) => client.getGroupMemberProfileWithHttpInfo(id, userId),
    room: (id: string, userId: string) => client.getRoomMemberProfileWithHttpInfo(id, userId),
  };
  const quota = () => askQuota(caller, deadlines.quotaMs);

  /**
   * "You have reached your monthly limit" is also said while another delivery holds quota in
   * reserve; then waiting helps. Unless the quota is confirmed to be used up, it is worth a retry.
   */
  async function confirmed(error: BotError): Promise<BotError> {
    if (error.code !== "line.quota_exhausted") return error;
    try {
      if (isUsedUp(await quota())) return error;
    } catch {
      // Not confirmed.
    }
    const { message, requestId } = error;
    return new BotError("line.quota_reserved", message, { retry: "later", requestId, cause: error });
  }

  return {
    async reply(replyToken, messages) {
      const answer = await request(
        "/v2/bot/message/reply",
        () => client.replyMessageWithHttpInfo({ replyToken, messages: messages.map(asSent) }),
        deadlines.sendMs,
      );
      const requestId = requestIdOf(answer);
      if (answer.ok) return { outcome: "sent", requestId, sentIds: sentIdsIn(answer.body) };
      if (answer.status === 400 && messageOf(answer) === INVALID_REPLY_TOKEN) {
        return { outcome: "invalid_reply_token", requestId };
      }
      throw statusError(answer);
    },

    async push(to, messages, retryKey) {
      const answer = await request(
        "/v2/bot/message/push",
        () => client.pushMessageWithHttpInfo({ to, messages: messages.map(asSent) }, retryKey),
        deadlines.sendMs,
      );
      if (answer.ok) {
        return { outcome: "sent", requestId: requestIdOf(answer), sentIds: sentIdsIn(answer.body) };
      }
      if (answer.status === 409) {
        const requestId = answer.headers.get("x-line-accepted-request-id") ?? undefined;
        return { outcome: "already_accepted", requestId, sentIds: sentIdsIn(parsed(answer.body)) };
      }
      throw await confirmed(statusError(answer));
    },

    async showLoading(userId, seconds) {
      const answer = await request(
        "/v2/bot/chat/loading/start",
        () => client.showLoadingAnimationWithHttpInfo({ chatId: userId, loadingSeconds: seconds }),
        deadlines.loadingMs,
      );
      if (!answer.ok) throw statusError(answer);
    },

    async markAsRead(markAsReadToken) {
      const answer = await request(
        "/v2/bot/chat/markAsRead",
        () => client.markMessagesAsReadByTokenWithHttpInfo({ markAsReadToken }),
        deadlines.loadingMs,
      );
      if (!answer.ok) throw statusError(answer);
    },

    async profile({ type, id }, userId) {
      const path = `/v2/bot/${type === "user" ? "profile" : `${type}/member`}`;
      const answer = await request(path, () => askProfile[type](id, userId), deadlines.profileMs);
      if (!answer.ok && answer.status === 404) return undefined;
      if (!answer.ok) throw statusError(answer);
      const { displayName, language } = readWith(profileBody.parse, answer);
      return { name: displayName, language };
    },

    info: () => askInfo(caller, deadlines.profileMs),

    quota,
  };
}

const profileBody = z.looseObject({
  displayName: z.string(),
  language: z.catch(z.optional(z.string()), undefined),
});

const sentBody = z.looseObject({ sentMessages: z.array(z.looseObject({ id: z.string() })) });

/** Whatever else the body says: the messages were sent. */
function sentIdsIn(body: unknown): string[] | undefined {
  return sentBody.safeParse(body).data?.sentMessages.map(({ id }) => id);
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
