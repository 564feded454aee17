import { BotError } from "../error.ts";
import { RequestNotSent } from "./request-not-sent.ts";

/** Whom a request was for: for the code of an error, and for its message. */
type Called = { code: string; called: string };

/** A request that got no answer. */
export function connectionError({ code, called }: Called, cause: unknown, signal: AbortSignal): BotError {
  if (cause instanceof RequestNotSent) {
    const reason = codeOf(cause.cause) ?? "no connection in time";
    return new BotError(`${code}.unreachable`, `${called} could not be reached: ${reason}`, {
      retry: "later",
      cause,
    });
  }
  if (signal.aborted) {
    return new BotError(`${code}.timeout`, `${called} did not answer in time`, {
      retry: "later",
      outcome: "unknown",
      cause,
    });
  }
  const reason = codeOf(cause) ?? "the connection broke";
  return new BotError(`${code}.unreachable`, `${called} could not be reached: ${reason}`, {
    retry: "later",
    outcome: "unknown",
    cause,
  });
}

/** Of a system error, such as ECONNRESET. */
function codeOf(error: unknown): string | undefined {
  const reason = error instanceof Error ? error.cause : undefined;
  return reason instanceof Error && "code" in reason ? String(reason.code) : undefined;
}
