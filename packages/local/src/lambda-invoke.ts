import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import type { Message } from "@aws-sdk/client-sqs";
import type { Log } from "@henji/core/log";
import type { Context, SQSEvent } from "aws-lambda";
import { asJson, createContext, toEvent } from "./lambda-event.ts";

/** A Lambda handler. Its result is converted to JSON, as on Lambda, and checked. */
export type EventHandler = (event: SQSEvent, context: Context) => Promise<unknown>;

/** The result of one batch. */
export type Invocation = {
  requestId: string;
  /** In the order of the event. */
  messageIds: string[];
  /** These stay in the queue until their visibility time-out; the others are deleted. */
  failed: string[];
  /** Why the whole batch failed, if the handler did not report single messages. */
  failure?: "threw" | "timed-out" | "malformed-response";
  durationMs: number;
};

export type InvokeOptions = {
  queueArn: string;
  /** A handler that runs longer has failed. Lambda kills it; here it runs on, and its result is ignored. */
  timeoutMs: number;
  /** Default: "worker". */
  functionName?: string;
  /** Epoch milliseconds. Default: `Date.now`. */
  clock?: () => number;
  log: Pick<Log, "error">;
};

/** Calls a handler with a batch as Lambda would, and never throws. */
export async function invoke(
  handler: EventHandler,
  messages: readonly Message[],
  { queueArn, timeoutMs, functionName = "worker", clock = Date.now, log }: InvokeOptions,
): Promise<Invocation> {
  const startedAtMs = clock();
  const requestId = randomUUID();
  const messageIds = messages.map(({ MessageId }) => MessageId!);
  const end = (failed: string[], failure?: Invocation["failure"]): Invocation => ({
    requestId,
    messageIds,
    failed,
    ...(failure && { failure }),
    durationMs: clock() - startedAtMs,
  });

  const remainingMs = () => Math.max(0, startedAtMs + timeoutMs - clock());
  const context = createContext({ functionName, queueArn, requestId, remainingMs });
  const timedOut = Symbol();
  const deadline = new AbortController();
  try {
    const response = await Promise.race([
      handler(toEvent(messages, queueArn), context),
      wait(timeoutMs, timedOut, { signal: deadline.signal }),
    ]);
    if (response === timedOut) return end(messageIds, "timed-out");
    const failed = failedIds(response, messageIds);
    return failed ? end(failed) : end(messageIds, "malformed-response");
  } catch (error) {
    log.error("event_source.handler_threw", { requestId, error: String(error) });
    return end(messageIds, "threw");
  } finally {
    deadline.abort();
  }
}

/**
 * Reads a partial batch response. An absent or empty list means that all messages succeeded; one
 * identifier that is not of this batch makes the whole response invalid.
 *
 * @returns ids of failed messages, or undefined if the response is malformed
 */
function failedIds(response: unknown, messageIds: string[]): string[] | undefined {
  try {
    const { batchItemFailures } = asJson<{ batchItemFailures?: unknown }>(response ?? {});
    const failures = batchItemFailures ?? [];
    if (!Array.isArray(failures)) return undefined;
    const ids = failures.map((failure) => failure?.itemIdentifier);
    return ids.every((id) => messageIds.includes(id)) ? ids : undefined;
  } catch {
    return undefined;
  }
}
