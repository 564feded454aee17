import * as z from "zod/mini";
import { BotError, type Outcome, type Retry } from "../../error.ts";
import type { Answer, Refused } from "./exchange.ts";

/** A request that LINE answered with no. */
export type Refusal = Refused & { path: string };

export const INVALID_REPLY_TOKEN = "Invalid reply token";

/** LINE's messages that are always the same. Any other may quote the request, and with it what a user wrote. */
const constantMessages = new Set([
  INVALID_REPLY_TOKEN,
  "You have reached your monthly limit.",
  "The API rate limit has been exceeded. Try again later.",
  "The retry key is already accepted",
  "Authentication failed. Confirm that the access token in the authorization header is valid.",
  "Access to this API is not available for your account",
  "Failed to send messages",
  "Not found",
]);

const countOfErrors = /^The request body has \d{1,3} error\(s\)$/;

const errorBody = z.looseObject({ message: z.string() });

/** What an error says; empty if it says nothing. It may quote what a user wrote: see {@link statusError}. */
export function messageOf({ body }: Refused): string {
  try {
    return errorBody.parse(JSON.parse(body)).message;
  } catch {
    return "";
  }
}

export function requestIdOf({ headers }: Answer): string | undefined {
  return headers.get("x-line-request-id") ?? undefined;
}

/**
 * LINE's refusals in one place. 5xx is the one status after which a message may have been sent. The error's
 * message goes to the log and the dead-letter queue, so it holds none of LINE's words but constant ones.
 */
export function statusError(refusal: Refusal): BotError {
  const { path, status } = refusal;
  const message = messageOf(refusal);
  const requestId = requestIdOf(refusal);
  const isConstant = constantMessages.has(message) || countOfErrors.test(message);
  const words = isConstant ? ` "${message}"` : "";
  const said = `LINE ${path} answered ${status}${words}`;
  const about = { requestId, cause: new LineRefusal(refusal) };
  const refused = (code: string, fix: string, retry: Retry, outcome: Outcome = "failed") =>
    new BotError(code, `${said}${fix}`, { retry, outcome, ...about });
  if (status >= 500) return refused("line.unavailable", "", "later", "unknown");
  if (status === 429 && message.includes("monthly limit")) return quotaExhausted(said, about);
  if (status === 429) return refused("line.rate_limited", "", "later");
  if (status === 401 || status === 403) {
    return refused("line.unauthorized", ": check the LineChannelAccessToken secret", "never");
  }
  return refused("line.rejected", "", "never");
}

/** LINE's own words, whatever they quote: never for a log. */
class LineRefusal extends Error {
  override readonly name = "LineRefusal";

  constructor({ status, body }: Refusal) {
    super(`${status} ${body}`);
  }
}

export function quotaExhausted(
  said: string,
  about: { requestId?: string | undefined; cause?: unknown } = {},
): BotError {
  return new BotError("line.quota_exhausted", said, { retry: "never", ...about });
}
