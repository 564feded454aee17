export type Retry = "later" | "never";

/**
 * `failed`: nothing happened on the other side. `unknown`: the request may have taken
 * effect (a time-out, a dropped connection, a 5xx), so only an idempotent repeat is safe.
 */
export type Outcome = "failed" | "unknown";

export type BotErrorOptions = {
  retry: Retry;
  outcome?: Outcome;
  retryAfterMs?: number | undefined;
  requestId?: string | undefined;
  cause?: unknown;
};

/**
 * The one error type. `code` is stable and can be searched for; the message is for an
 * operator, never for a user and never with a user's text or a secret in it.
 */
export class BotError extends Error {
  override readonly name = "BotError";
  readonly code: string;
  readonly retry: Retry;
  readonly outcome: Outcome;
  /** What the other side asked us to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** The other side's id of the request, to trace it with. */
  readonly requestId: string | undefined;

  constructor(code: string, message: string, options: BotErrorOptions) {
    super(message, { cause: options.cause });
    this.code = code;
    this.retry = options.retry;
    this.outcome = options.outcome ?? "failed";
    this.retryAfterMs = options.retryAfterMs;
    this.requestId = options.requestId;
  }
}

/** Anything thrown, as a BotError; what nobody classified is worth another try. */
export function toBotError(cause: unknown): BotError {
  if (cause instanceof BotError) return cause;
  const name = cause instanceof Error ? cause.name : typeof cause;
  return new BotError("unexpected", `Unexpected ${name}`, { retry: "later", outcome: "unknown", cause });
}
