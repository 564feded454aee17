import * as z from "zod/mini";
import { BotError } from "../error.ts";
import { type PlatformName, platformNames } from "../platform/name.ts";

/** The queue message that carries an event. */
export type Job = {
  version: 2;
  platform: PlatformName;
  eventId: string;
  /** As the platform sent it. */
  event: unknown;
  /** When ingress received the event, epoch milliseconds: the age of its reply token. */
  receivedAt: number;
  /** An operator brought it back from the dead-letter queue, epoch milliseconds. */
  replayedAt?: number | undefined;
};

const times = { receivedAt: z.int(), replayedAt: z.optional(z.int()) };

const current = z.looseObject({
  ...times,
  version: z.literal(2),
  platform: z.enum(platformNames),
  eventId: z.string(),
  event: z.unknown(),
});

/** Written until platforms had names. Queues hold messages for 14 days, so it is still read. */
const first = z.looseObject({
  ...times,
  version: z.literal(1),
  event: z.looseObject({ webhookEventId: z.string() }),
});

const schema = z.discriminatedUnion("version", [current, first]);

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
    const job = schema.parse(JSON.parse(body));
    if (job.version === 2) return job;
    const { event, receivedAt, replayedAt } = job;
    return { version: 2, platform: "line", eventId: event.webhookEventId, event, receivedAt, replayedAt };
  } catch (cause) {
    throw new BotError("job.unreadable", "The queue message is not a job", { retry: "never", cause });
  }
}
