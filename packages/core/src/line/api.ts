import * as z from "zod/mini";
import type { Clock } from "../clock.ts";
import { BotError } from "../error.ts";
import { deadlines } from "../settings.ts";
import type { TextMessage } from "./text.ts";

/** What LINE said to a send that it did not refuse outright. */
export type SendResult = {
  /** `already_accepted`: the retry key is known, so the message was delivered before. */
  outcome: "sent" | "already_accepted" | "invalid_reply_token";
  /** LINE's id of the request that was accepted, to trace it with. */
  requestId: string | undefined;
};

/** The part of the Messaging API that the bot uses. */
export type Line = {
  /** Free; the token works once, for about a minute. */
  reply(replyToken: string, messages: readonly TextMessage[]): Promise<SendResult>;
  /** Counted by LINE; repeating it with the same key and body within 24 h sends nothing twice. */
  push(to: string, messages: readonly TextMessage[], retryKey: string): Promise<SendResult>;
  /** Shows "…" in a 1:1 chat until the next message, or for `seconds` (5 to 60, in fives). */
  showLoading(userId: string, seconds: number): Promise<void>;
};

export type LineOptions = {
  channelAccessToken: string;
  /** https://api.line.me, if not set. */
  baseUrl?: string | undefined;
  clock: Clock;
  fetch?: typeof globalThis.fetch;
};

/**
 * LINE's HTTP API with a deadline on every call; its SDK has none, and a hang would hold the Lambda.
 */
export function createLine({
  channelAccessToken,
  baseUrl,
  clock,
  fetch = globalThis.fetch,
}: LineOptions): Line {
  const origin = (baseUrl ?? "https://api.line.me").replace(/\/$/, "");

  async function post(
    path: string,
    body: object,
    headers: Record<string, string> = {},
    withinMs: number = deadlines.lineMs,
  ): Promise<Answer> {
    const signal = clock.timeout(withinMs);
    try {
      const response = await fetch(`${origin}${path}`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${channelAccessToken}`,
          "content-type": "application/json",
          ...headers,
        },
        body: JSON.stringify(body),
        signal,
      });
      return {
        path,
        status: response.status,
        headers: response.headers,
        message: messageOf(await response.text()),
      };
    } catch (cause) {
      throw connectionError(path, cause, signal);
    }
  }

  async function get(path: string): Promise<unknown> {
    const headers = { authorization: `Bearer ${channelAccessToken}` };
    const response = await fetch(`${origin}${path}`, { headers, signal: clock.timeout(deadlines.quotaMs) });
    return response.json();
  }

  /**
   * "You have reached your monthly limit" is also said while another delivery holds quota in
   * reserve; then waiting helps. Unless the quota is confirmed to be used up, it is worth a retry.
   */
  async function confirmed(error: BotError): Promise<BotError> {
    if (error.code !== "line.quota_exhausted") return error;
    try {
      const [limit, consumption] = await Promise.all([
        get("/v2/bot/message/quota").then(quota.parse),
        get("/v2/bot/message/quota/consumption").then(used.parse),
      ]);
      if (limit.value !== undefined && consumption.totalUsage >= limit.value) return error;
    } catch {
      // Not confirmed.
    }
    return new BotError("line.quota_reserved", error.message, { retry: "later", cause: error });
  }

  return {
    async reply(replyToken, messages) {
      const answer = await post("/v2/bot/message/reply", { replyToken, messages });
      if (isOk(answer)) return { outcome: "sent", requestId: requestIdOf(answer) };
      if (answer.status === 400 && answer.message === "Invalid reply token") {
        return { outcome: "invalid_reply_token", requestId: requestIdOf(answer) };
      }
      throw statusError(answer);
    },

    async push(to, messages, retryKey) {
      const answer = await post("/v2/bot/message/push", { to, messages }, { "x-line-retry-key": retryKey });
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
        {},
        deadlines.loadingMs,
      );
      if (!isOk(answer)) throw statusError(answer);
    },
  };
}

type Answer = { path: string; status: number; headers: Headers; message: string };

const isOk = ({ status }: Answer) => status >= 200 && status < 300;

const requestIdOf = ({ headers }: Answer) => headers.get("x-line-request-id") ?? undefined;

const quota = z.looseObject({ value: z.optional(z.number()) });
const used = z.looseObject({ totalUsage: z.number() });
const errorBody = z.looseObject({ message: z.string() });

function messageOf(body: string): string {
  try {
    return errorBody.parse(JSON.parse(body)).message;
  } catch {
    return "";
  }
}

/** LINE's refusals in one place. 5xx is the one status after which a message may have been sent. */
function statusError(answer: Answer): BotError {
  const { path, status, message } = answer;
  const said = `LINE ${path} answered ${status}: ${message} (request ${requestIdOf(answer) ?? "unknown"})`;
  if (status >= 500) return new BotError("line.unavailable", said, { retry: "later", outcome: "unknown" });
  if (status === 429 && message.includes("monthly limit")) {
    return new BotError("line.quota_exhausted", said, { retry: "never" });
  }
  if (status === 429) return new BotError("line.rate_limited", said, { retry: "later" });
  if (status === 401 || status === 403) {
    return new BotError("line.unauthorized", `${said}: check the LineChannelAccessToken secret`, {
      retry: "never",
    });
  }
  return new BotError("line.rejected", said, { retry: "never" });
}

/** No connection was made: nothing can have been sent. */
const neverConnected = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT"]);

function connectionError(path: string, cause: unknown, signal: AbortSignal): BotError {
  if (signal.aborted) {
    return new BotError("line.timeout", `LINE ${path} did not answer in time`, {
      retry: "later",
      outcome: "unknown",
      cause,
    });
  }
  const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause : undefined;
  const code = reason && "code" in reason ? String(reason.code) : "no connection";
  return new BotError("line.unreachable", `LINE ${path} could not be reached: ${code}`, {
    retry: "later",
    outcome: neverConnected.has(code) ? "failed" : "unknown",
    cause,
  });
}
