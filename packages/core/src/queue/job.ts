import * as z from "zod/mini";
import { BotError } from "../error.ts";
import { type PlatformName, platformName } from "../platform/name.ts";

/** The queue message that carries an event. */
export type Job = {
  version: 2;
  platform: PlatformName;
  eventId: string;
  /** As the platform sent it. */
  event: unknown;
  /** When ingress received the event, epoch milliseconds: the age of its reply token. */
  receivedAt: number;
  /** Set if an operator has brought it back after it was given up on. */
  replay?: Replay | undefined;
  /** It was answered, and its answer has waited for long enough. */
  isDue?: boolean | undefined;
};

export type Replay = {
  /** The same for all copies of one replay: together they claim a parked turn once. */
  id: string;
  /** A stored answer is pushed even if it may have arrived: the operator accepts that the user sees it twice. */
  force: boolean;
};

const common = {
  receivedAt: z.int(),
  replay: z.optional(z.object({ id: z.string(), force: z.boolean() })),
};

const current = z.looseObject({
  ...common,
  version: z.literal(2),
  platform: platformName,
  eventId: z.string(),
  event: z.unknown(),
  isDue: z.optional(z.boolean()),
});

/** Written until platforms had names. Queues hold messages for 14 days, so it is still read. */
const first = z.looseObject({
  ...common,
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
    const { event, receivedAt, replay } = job;
    return { version: 2, platform: "line", eventId: event.webhookEventId, event, receivedAt, replay };
  } catch (cause) {
    throw new BotError("job.unreadable", "The queue message is not a job", { retry: "never", cause });
  }
}
