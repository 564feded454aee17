import { type RateLimits, rateLimitsIn } from "@henji/core/model/rate-limit";

/** How much is asked that the model takes. */
export type ModelLimit = {
  perMinute: number;
  /** Requests that it takes at once when none came before. */
  burst: number;
  /** What its responses say of it: as OpenAI's do, only how long to wait, or nothing. */
  states: "limits" | "wait" | "nothing";
  /** From the start until then, milliseconds. */
  untilMs: number;
  /** How long the line of those who wait for it becomes at the most, if that is longer than an hour. */
  lineMs?: number;
};

/** What the limit says to one request. */
export type Limiting = {
  isRefused: boolean;
  retryAfterMs: number | undefined;
  limits: RateLimits | undefined;
};

const MINUTE_MS = 60_000;

/** OpenAI's limit of requests as a bucket that fills evenly, and the headers of its responses. */
export function createRateLimit({ perMinute, burst, states }: ModelLimit, now: () => number) {
  const everyMs = perMinute > 0 ? MINUTE_MS / perMinute : Number.POSITIVE_INFINITY;
  let tokens = burst;
  let filledAt = now();

  return (): Limiting => {
    tokens = Math.min(burst, tokens + (now() - filledAt) / everyMs);
    filledAt = now();
    const isRefused = tokens < 1;
    const missing = Math.max(0, 1 - tokens);
    if (!isRefused) tokens -= 1;
    const headers = new Headers({
      "x-ratelimit-limit-requests": String(perMinute),
      "x-ratelimit-remaining-requests": String(Math.floor(tokens)),
      "x-ratelimit-reset-requests": `${Math.ceil((perMinute - Math.floor(tokens)) * everyMs)}ms`,
    });
    // Whole seconds, and some where nothing comes free.
    const waitMs = Math.ceil(Math.min(missing * everyMs, MINUTE_MS) / 1000) * 1000;
    return {
      isRefused,
      retryAfterMs: isRefused && states !== "nothing" ? waitMs : undefined,
      limits: states === "limits" && perMinute > 0 ? rateLimitsIn(headers) : undefined,
    };
  };
}
