import { BotError, toBotError } from "./error.ts";
import type { Inbound, Platform, Platforms } from "./platform/platform.ts";
import { decodeJob, type Job, type Replay } from "./queue/job.ts";
import type { Incoming } from "./queue/sqs.ts";

/** A message of the queue, read. */
export type Received = ReadableMessage | { kind: "unreadable"; message: Incoming; error: BotError };

export type ReadableMessage = {
  kind: "readable";
  message: Incoming;
  job: Job;
  platform: Platform;
  inbound: Inbound;
  /** Set if an operator brought it back: with a replay of ours, or by moving it from the dead-letter queue as it was. */
  replay: Replay | undefined;
};

/** Reads the job of a message, and lets its platform say what the event means. */
export function receive(message: Incoming, platforms: Platforms): Received {
  try {
    const job = decodeJob(message.body);
    const platform = platforms[job.platform];
    if (!platform) throw notServed(job);
    const inbound = platform.read(job.event);
    return { kind: "readable", message, job, platform, inbound, replay: replayIn(message, job) };
  } catch (error) {
    return { kind: "unreadable", message, error: toBotError(error) };
  }
}

/** A job that was moved back may still name the replay before its last parking, by which it was claimed already. */
function replayIn({ parkedAt, messageId }: Incoming, { replay }: Job): Replay | undefined {
  return parkedAt === undefined ? replay : { id: messageId, force: false };
}

function notServed({ platform }: Job): BotError {
  return new BotError("job.unreadable", `This worker does not serve ${platform}`, { retry: "never" });
}
