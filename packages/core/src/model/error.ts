import OpenAI from "openai";
import { BotError, type Retry } from "../error.ts";

/**
 * Errors of the model in one place. The message for the operator names OpenAI's status and
 * code only: its own message may quote the request.
 */
export function modelError(cause: unknown, signal: AbortSignal): BotError {
  if (signal.aborted) return error("model.timeout", "The model did not answer in time", "later", cause);
  if (cause instanceof OpenAI.APIConnectionError) {
    return error("model.unreachable", "OpenAI could not be reached", "later", cause);
  }
  if (!(cause instanceof OpenAI.APIError)) {
    return error("model.unreadable", "OpenAI's response could not be read", "later", cause);
  }
  const { status, code, type } = cause;
  const said = `OpenAI answered ${status} ${code ?? type ?? ""}`.trim();
  if (code === "context_length_exceeded") return error("model.context_too_long", said, "never", cause);
  if (type === "insufficient_quota" || isQuotaCode(code)) {
    return error("model.quota_exhausted", `${said}: add credit or raise the limit`, "never", cause);
  }
  if (status === 401 || status === 403) {
    return error("model.unauthorized", `${said}: check the OpenAiApiKey secret`, "never", cause);
  }
  if (status === 404) {
    return error(
      "model.unknown_model",
      `${said}: check model.name in bot.config.ts, and that OPENAI_BASE_URL, if it is set, ends with /v1`,
      "never",
      cause,
    );
  }
  if (status === 429) return error("model.rate_limited", said, "later", cause, retryAfterMs(cause.headers));
  if (status === 408 || status === 409 || status === undefined || status >= 500) {
    return error("model.unavailable", said, "later", cause, retryAfterMs(cause.headers));
  }
  return error("model.rejected", said, "never", cause);
}

function isQuotaCode(code: string | null | undefined): boolean {
  if (!code || code === "rate_limit_exceeded") return false;
  return (
    ["insufficient_quota", "credit_balance_exhausted"].includes(code) || code.endsWith("_limit_exceeded")
  );
}

function retryAfterMs(headers: Headers | undefined): number | undefined {
  const seconds = Number(headers?.get("retry-after") ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds * 1000 : undefined;
}

function error(code: string, message: string, retry: Retry, cause: unknown, retryAfterMs?: number): BotError {
  return new BotError(code, message, { retry, cause, retryAfterMs });
}
