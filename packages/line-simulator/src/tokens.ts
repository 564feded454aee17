import { createHmac } from "node:crypto";
import { KEPT, REPLY_TOKEN_OLDEST_MS } from "./limits.ts";

export type ReplyToken = {
  token: string;
  chatId: string;
  webhookEventId: string;
  /** When the event happened, epoch milliseconds. */
  eventAt: number;
  expiresAt: number;
  /** The token's minute starts with the first webhook, not with the event. */
  sent: boolean;
  used: boolean;
};

export type ReplyTokens = ReturnType<typeof createReplyTokens>;

/** Reply tokens: one use, about a minute, a fresh minute with each redelivery for 20 minutes. */
export function createReplyTokens(options: {
  clock: () => number;
  ttlMs: number;
  saved?: ReplyToken[] | undefined;
}) {
  const { clock, ttlMs } = options;
  const tokens = new Map((options.saved ?? []).map((one) => [one.token, { ...one }]));

  /** Tokens are in the order of their events, so the expired ones come first. */
  function dropExpired() {
    for (const [token, { eventAt, expiresAt }] of tokens) {
      const isExpired = clock() > Math.max(expiresAt, eventAt + REPLY_TOKEN_OLDEST_MS + ttlMs);
      if (!isExpired && tokens.size <= KEPT.replyTokens) return;
      tokens.delete(token);
    }
  }

  return {
    issue(token: string, chatId: string, webhookEventId: string, eventAt: number) {
      const expiresAt = eventAt + ttlMs;
      tokens.set(token, { token, chatId, webhookEventId, eventAt, expiresAt, sent: false, used: false });
      dropExpired();
    },

    /** To be called when a webhook with this token is sent. */
    send(token: string, redelivery: boolean) {
      const found = tokens.get(token);
      if (!found) return;
      const fresh = redelivery ? clock() - found.eventAt <= REPLY_TOKEN_OLDEST_MS : !found.sent;
      if (fresh) found.expiresAt = clock() + ttlMs;
      found.sent = true;
    },

    find(token: string): ReplyToken | undefined {
      const found = tokens.get(token);
      return found && !found.used && clock() <= found.expiresAt ? found : undefined;
    },

    use(token: ReplyToken) {
      token.used = true;
    },

    save: () => [...tokens.values()].map((one) => ({ ...one })),
  };
}

export type Seals = ReturnType<typeof createSeals>;

/**
 * Quote tokens and mark-as-read tokens never expire and can be used again, so
 * nothing is stored for them: they carry their message and a seal.
 */
export function createSeals(secret: string) {
  const mac = (text: string) => createHmac("sha256", secret).update(text).digest("base64url").slice(0, 22);

  return {
    quote: (chatId: string, messageId: string) => `${messageId}.${mac(`quote ${chatId} ${messageId}`)}`,

    /** A quote token works only in the chat of its message. */
    quotes(chatId: string, token: string): boolean {
      return token === this.quote(chatId, token.split(".")[0]!);
    },

    read: (chatId: string, messageId: string) =>
      `${chatId}.${messageId}.${mac(`read ${chatId} ${messageId}`)}`,

    openRead(token: string): { chatId: string; messageId: string } | undefined {
      const [chatId = "", messageId = ""] = token.split(".");
      return token === this.read(chatId, messageId) ? { chatId, messageId } : undefined;
    },
  };
}
