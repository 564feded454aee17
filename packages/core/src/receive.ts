import { BotError, toBotError } from "./error.ts";
import type { Inbound, Platform, Platforms } from "./platform/platform.ts";
import { decodeJob, type Job } from "./queue/job.ts";
import type { Incoming } from "./queue/sqs.ts";

/** A message of the queue, read. */
export type Received = ReadableMessage | { kind: "unreadable"; message: Incoming; error: BotError };

export type ReadableMessage = {
  kind: "readable";
  message: Incoming;
  job: Job;
  platform: Platform;
  inbound: Inbound;
};

/** Reads the job of a message, and lets its platform say what the event means. */
export function receive(message: Incoming, platforms: Platforms): Received {
  try {
    const job = decodeJob(message.body);
    const platform = platforms[job.platform];
    if (!platform) throw notServed(job);
    return { kind: "readable", message, job, platform, inbound: platform.read(job.event) };
  } catch (error) {
    return { kind: "unreadable", message, error: toBotError(error) };
  }
}

function notServed({ platform }: Job): BotError {
  return new BotError("job.unreadable", `This worker does not serve ${platform}`, { retry: "never" });
}
