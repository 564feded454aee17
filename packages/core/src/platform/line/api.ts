import * as z from "zod/mini";
import type { Clock } from "../../clock.ts";
import { BotError } from "../../error.ts";
import { deadlines } from "../../settings.ts";
import type { TextMessage } from "./compose.ts";
import {
  type Answer,
  connectionError,
  INVALID_REPLY_TOKEN,
  messageOf,
  requestIdOf,
  statusError,
} from "./error.ts";
import { tellingUnsent } from "./request-not-sent.ts";

/** What LINE said to a send that it did not refuse outright. */
export type SendResult = {
  /** `already_accepted`: the retry key is known, so the message was delivered before. */
  outcome: "sent" | "already_accepted" | "invalid_reply_token";
  /** LINE's id of the request that was accepted, to trace it with. */
  requestId: string | undefined;
};

/** The month's pushes. */
export type Quota = {
  /** Not set if there is no limit. */
  limit: number | undefined;
  used: number;
};

export function isUsedUp({ limit, used }: Quota): boolean {
  return limit !== undefined && used >= limit;
}

/** The part of the Messaging API that the bot uses. */
export type Line = {
  /** Free; the token works once, for about a minute. */
  reply(replyToken: string, messages: readonly TextMessage[]): Promise<SendResult>;
  /** Counted by LINE; repeating it with the same key and body within 24 h sends nothing twice. */
  push(to: string, messages: readonly TextMessage[], retryKey: string): Promise<SendResult>;
  /** Shows "…" in a 1:1 chat until the next message, or for `seconds` (5 to 60, in fives). */
  showLoading(userId: string, seconds: number): Promise<void>;
  /** Free, like every question about the channel. */
  quota(): Promise<Quota>;
};

export type LineOptions = {
  channelAccessToken: string;
  /** https://api.line.me, if not set. */
  baseUrl?: string | undefined;
  clock: Clock;
  /** Should throw `RequestNotSent` where it is certain; Node's, told apart that way, if not set. */
  fetch?: typeof globalThis.fetch;
};

/**
 * LINE's HTTP API with a deadline on every call; its SDK has none, and a hang would hold the Lambda.
 */
export function createLine({
  channelAccessToken,
  baseUrl,
  clock,
  fetch = tellingUnsent(globalThis.fetch),
}: LineOptions): Line {
  const origin = (baseUrl ?? "https://api.line.me").replace(/\/$/, "");

  async function request(path: string, init: RequestInit, withinMs: number): Promise<Answer> {
    const signal = clock.timeout(withinMs);
    try {
      const response = await fetch(`${origin}${path}`, {
        ...init,
        headers: { authorization: `Bearer ${channelAccessToken}`, ...init.headers },
        signal,
      });
      return { path, status: response.status, headers: response.headers, body: await response.text() };
    } catch (cause) {
      throw connectionError(path, cause, signal);
    }
  }

  function post(
    path: string,
    body: object,
    {
      headers = {},
      withinMs = deadlines.lineMs,
    }: { headers?: Record<string, string>; withinMs?: number } = {},
  ): Promise<Answer> {
    const init = { method: "POST", headers: { "content-type": "application/json", ...headers } };
    return request(path, { ...init, body: JSON.stringify(body) }, withinMs);
  }

  async function get<T>(path: string, read: (body: unknown) => T): Promise<T> {
    const answer = await request(path, {}, deadlines.quotaMs);
    if (!isOk(answer)) throw statusError(answer);
    try {
      return read(JSON.parse(answer.body));
    } catch (cause) {
      throw new BotError("line.unreadable", `LINE ${path} could not be read`, { retry: "later", cause });
    }
  }

  async function quota(): Promise<Quota> {
    const [limit, consumption] = await Promise.all([
      get("/v2/bot/message/quota", quotaBody.parse),
      get("/v2/bot/message/quota/consumption", consumptionBody.parse),
    ]);
    return { limit: limit.value, used: consumption.totalUsage };
  }

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
    return new BotError("line.quota_reserved", error.message, { retry: "later", cause: error });
  }

  return {
    async reply(replyToken, messages) {
      const answer = await post("/v2/bot/message/reply", { replyToken, messages });
      if (isOk(answer)) return { outcome: "sent", requestId: requestIdOf(answer) };
      if (answer.status === 400 && messageOf(answer) === INVALID_REPLY_TOKEN) {
        return { outcome: "invalid_reply_token", requestId: requestIdOf(answer) };
      }
      throw statusError(answer);
    },

    async push(to, messages, retryKey) {
      const headers = { "x-line-retry-key": retryKey };
      const answer = await post("/v2/bot/message/push", { to, messages }, { headers });
      if (isOk(answer)) return { outcome: "sent", requestId: requestIdOf(answer) };
      if (answer.status === 409) {
        const requestId = answer.headers.get("x-line-accepted-request-id") ?? undefined;
        return { outcome: "already_accepted", requestId };
      }
      throw await confirmed(statusError(answer));
    },

    async showLoading(userId, seconds) {
      const answer = await post(
        "/v2/bot/chat/loading/start",
        { chatId: userId, loadingSeconds: seconds },
        { withinMs: deadlines.loadingMs },
      );
      if (!isOk(answer)) throw statusError(answer);
    },

    quota,
  };
}

const isOk = ({ status }: Answer) => status >= 200 && status < 300;

const quotaBody = z.looseObject({ value: z.optional(z.number()) });
const consumptionBody = z.looseObject({ totalUsage: z.number() });
