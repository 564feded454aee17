import * as z from "zod/mini";
import { BotError } from "../error.ts";
import { type LineEvent, lineEvent } from "../platform/line/event.ts";

const schema = z.looseObject({
  version: z.literal(1),
  event: lineEvent,
  /** When ingress received the event, epoch milliseconds: the age of its reply token. */
  receivedAt: z.int(),
  /** An operator brought it back from the dead-letter queue, epoch milliseconds. */
  replayedAt: z.optional(z.int()),
});

/** The queue message that carries an event. */
export type Job = { version: 1; event: LineEvent; receivedAt: number; replayedAt?: number | undefined };

/**
 * As JSON in characters that every queue takes: SQS refuses U+FFFE and U+FFFF (and control characters,
 * which JSON escapes anyway), some stand-ins everything outside the BMP.
 */
export function encodeJob(job: Job): string {
  return JSON.stringify(job).replace(
    /[\uD800-\uDFFF\uFFFE\uFFFF]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** @throws BotError `job.unreadable`, never to be retried */
export function decodeJob(body: string): Job {
  try {
    return schema.parse(JSON.parse(body));
  } catch (cause) {
    throw new BotError("job.unreadable", "The queue message is not a job", { retry: "never", cause });
  }
}
