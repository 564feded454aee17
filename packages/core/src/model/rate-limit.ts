import type { Context } from "../context/context.ts";
import { BotError, type BotErrorOptions } from "../error.ts";

/** What a response says of the limits of its account and model; what it does not say is not set. */
export type RateLimits = {
  /** From one request to the next, milliseconds. */
  requestMs?: number | undefined;
  /** For each token of a request, milliseconds. */
  tokenMs?: number | undefined;
  requestsLeft?: number | undefined;
  tokensLeft?: number | undefined;
};

/** The service has refused a request because there were too many, or too large ones. It costs nothing. */
export class RateLimited extends BotError {
  readonly limits: RateLimits | undefined;

  constructor(message: string, { limits, ...options }: BotErrorOptions & { limits: RateLimits | undefined }) {
    super("model.rate_limited", message, options);
    this.limits = limits;
  }
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/**
 * OpenAI: `x-ratelimit-limit-requests: 500`, `x-ratelimit-remaining-requests: 499`, `x-ratelimit-reset-requests: 120ms`
 * (until all are free again), and the same of tokens
 * (https://developers.openai.com/api/docs/guides/rate-limits#rate-limits-in-headers). Tokens are counted by the minute.
 * A limit of requests may be one of a minute or of a day, and the time until all are free again tells which. Where a
 * service has no limit, it says 0 or -1 (https://github.com/openai/openai-dotnet/issues/838).
 */
export function rateLimitsIn(headers = new Headers()): RateLimits | undefined {
  const requests = amountIn(headers, "limit-requests");
  const tokens = amountIn(headers, "limit-tokens");
  if (requests === undefined && tokens === undefined) return undefined;
  const requestsLeft = requests && numberIn(headers, "remaining-requests");
  const reset = headers.get("x-ratelimit-reset-requests");
  return {
    ...(requests && { requestMs: requestMsOf(requests, requestsLeft, reset), requestsLeft }),
    ...(tokens && { tokenMs: MINUTE_MS / tokens, tokensLeft: numberIn(headers, "remaining-tokens") }),
  };
}

/**
 * OpenAI: the larger of the output's limit and the tokens that it guesses from the number of characters; four of them
 * are about one (https://developers.openai.com/api/docs/guides/rate-limits). Its guess for what was attached is unknown.
 */
export function requestTokens(
  { instructions, input }: Pick<Context, "instructions" | "input">,
  { maxOutputTokens }: { maxOutputTokens: number },
): number {
  const bytes = input.reduce(
    (sum, { content }) => sum + Buffer.byteLength(content),
    Buffer.byteLength(instructions),
  );
  return Math.max(maxOutputTokens, Math.ceil(bytes / 4));
}

/** From one request of so many tokens to the next, milliseconds; nothing, if no limit is known. */
export function everyMsOf({ requestMs, tokenMs }: RateLimits, tokens: number): number | undefined {
  if (requestMs === undefined && tokenMs === undefined) return undefined;
  return Math.ceil(Math.max(requestMs ?? 0, (tokenMs ?? 0) * tokens));
}

/** Whether a request of so many tokens would be refused now. */
export function isUsedUp({ requestsLeft, tokensLeft }: RateLimits, tokens: number): boolean {
  return requestsLeft === 0 || (tokensLeft !== undefined && tokensLeft < tokens);
}

function requestMsOf(limit: number, left: number | undefined, reset: string | null): number {
  const used = limit - (left ?? limit);
  const [least, most] = [MINUTE_MS / limit, DAY_MS / limit];
  if (used <= 0 || reset === null) return least;
  return Math.min(Math.max(least, durationIn(reset) / used), most);
}

const unitsMs = { h: 60 * MINUTE_MS, m: MINUTE_MS, s: 1_000, ms: 1 } as const;

/** Milliseconds of a duration as OpenAI writes it: `6m0s`, `8.64s`, `120ms`; 0 for anything else. */
function durationIn(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)];
  return parts.reduce(
    (sum, [, count, unit]) => sum + Number(count) * unitsMs[unit as keyof typeof unitsMs],
    0,
  );
}

function numberIn(headers: Headers, name: string): number | undefined {
  const value = headers.get(`x-ratelimit-${name}`);
  const number = Number(value ?? Number.NaN);
  return Number.isFinite(number) ? number : undefined;
}

/** A limit that there is. */
function amountIn(headers: Headers, name: string): number | undefined {
  const limit = numberIn(headers, name);
  return limit !== undefined && limit > 0 ? limit : undefined;
}
