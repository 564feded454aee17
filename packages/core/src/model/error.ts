import OpenAI from "openai";
import { BotError, type Retry } from "../error.ts";
import { retryAfterIn } from "../retry-after.ts";
import { RateLimited, rateLimitsIn } from "./rate-limit.ts";

/**
 * Errors of the model in one place. The message for the operator names OpenAI's status and
 * code only: its own message may quote the request.
 *
 * OpenAI, and which of its errors hit every request of the account alike:
 * - 401: a dead key, `account_deactivated`, an IP that is not on the allow-list. Every one
 *   (https://platform.openai.com/docs/guides/error-codes).
 * - 404 and 403 `model_not_found`: the model does not exist, or the project has no access to it. Every one
 *   (https://github.com/Aider-AI/aider/issues/604 has the 403).
 * - 403 otherwise: `unsupported_country_region_territory` for the address that one worker has
 *   (https://github.com/home-assistant/core/issues/120072), or one user blocked by their safety identifier
 *   (https://developers.openai.com/api/docs/guides/safety-checks). Perhaps this request only.
 */
export function modelError(cause: unknown, signal: AbortSignal): BotError {
  if (signal.aborted)
    return error(
      "model.timeout",
      "The model did not answer within model.timeoutS (bot.config.ts, 120 at the most)",
      "later",
      cause,
    );
  if (cause instanceof OpenAI.APIConnectionError) {
    return error("model.unreachable", "OpenAI could not be reached", "later", cause);
  }
  if (!(cause instanceof OpenAI.APIError)) {
    return error("model.unreadable", "OpenAI's response could not be read", "later", cause);
  }
  const { status, code, type, param } = cause;
  const about = code === "unsupported_parameter" && param ? ` (${param})` : "";
  const said = `OpenAI answered ${status} ${code ?? type ?? ""}${about}`.trim();
  if (code === "context_length_exceeded") return error("model.context_too_long", said, "never", cause);
  if (mediaErrors.has(code ?? "")) return error("model.bad_media", said, "never", cause);
  if (refusals.has(code ?? "")) return error("model.refused", said, "never", cause);
  if (type === "insufficient_quota" || isQuotaCode(code)) {
    return error("model.quota_exhausted", `${said}: add credit or raise the limit`, "never", cause);
  }
  if (code === "model_not_found") {
    return error("model.unknown_model", `${said}: check model.name in bot.config.ts`, "never", cause);
  }
  if (status === 401) {
    return error("model.unauthorized", `${said}: check the OpenAiApiKey secret`, "never", cause);
  }
  if (status === 403) {
    return error("model.forbidden", `${said}: this request, its user or its region`, "never", cause);
  }
  if (isAboutTools(cause)) {
    const fix = "check the tools in bot.config.ts: is the vector store there, for this key's project?";
    return error("model.tool_rejected", `${said}: ${fix}`, "never", cause);
  }
  if (status === 404) {
    const fix = "if OPENAI_BASE_URL is set, check that it ends with /v1 and knows model.name";
    return error("model.not_found", `${said}: ${fix}`, "never", cause);
  }
  if (status === 424) {
    const fix = "an MCP server of bot.config.ts did not list its tools: is it up, and does it take the key?";
    return error("model.mcp_unreachable", `${said}: ${fix}`, "later", cause);
  }
  if (status === 429) {
    const { headers, requestID } = cause;
    const limits = rateLimitsIn(headers);
    const retryAfterMs = retryAfterIn(headers);
    const requestId = requestID ?? undefined;
    return new RateLimited(said, { retry: "later", cause, limits, retryAfterMs, requestId });
  }
  if (status === 408 || status === 409 || status === undefined || status >= 500) {
    return error("model.unavailable", said, "later", cause, retryAfterIn(cause.headers));
  }
  return error("model.rejected", said, "never", cause);
}

/**
 * 400s that refuse what was written, be it in the question or in what came before it. OpenAI says `invalid_prompt`
 * ("we've limited access to this content for safety reasons": https://github.com/microsoft/PyRIT/pull/1463, "flagged
 * as potentially violating our usage policy": https://github.com/BeehiveInnovations/pal-mcp-server/issues/178),
 * Azure's OpenAI `content_filter`.
 */
const refusals = new Set(["invalid_prompt", "content_filter"]);

/** 400s for a picture, file or sound that cannot be opened: as openai 7.55 types them, and as its audio API says. */
export const mediaErrors: ReadonlySet<string> = new Set([
  ...[
    "invalid_image",
    "invalid_image_format",
    "invalid_base64_image",
    "invalid_image_url",
    "image_too_large",
  ],
  ...["image_too_small", "image_parse_error", "image_content_policy_violation", "invalid_image_mode"],
  ...["image_file_too_large", "unsupported_image_media_type", "empty_image_file", "failed_to_download_image"],
  ...["invalid_file", "unsupported_file", "audio_too_short", "invalid_audio"],
]);

/** A tool that it does not take, by its place in the request; or a vector store that it does not find. */
function isAboutTools({ status, param, message }: InstanceType<typeof OpenAI.APIError>): boolean {
  if (status !== 400 && status !== 404) return false;
  return /^tools\b/.test(param ?? "") || /\bvector store\b/i.test(message);
}

function isQuotaCode(code: string | null | undefined): boolean {
  if (!code || code === "rate_limit_exceeded") return false;
  return (
    ["insufficient_quota", "credit_balance_exhausted"].includes(code) || code.endsWith("_limit_exceeded")
  );
}

function error(code: string, message: string, retry: Retry, cause: unknown, retryAfterMs?: number): BotError {
  const requestId = cause instanceof OpenAI.APIError ? (cause.requestID ?? undefined) : undefined;
  return new BotError(code, message, { retry, cause, retryAfterMs, requestId });
}
