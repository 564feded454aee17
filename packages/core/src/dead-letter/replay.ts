import { decodeJob, encodeJob } from "../queue/job.ts";
import type { Outgoing } from "../queue/sqs.ts";

/**
 * The message that brings a parked job back to the queue. Its turn decides what is left to do: a stored
 * answer is sent, a missing one is asked for, and one that was delivered after all stays as it is.
 *
 * @param body of the message on the dead-letter queue
 * @throws BotError `job.unreadable`: such a job can be looked at and deleted, not replayed
 */
export function replayOf(parked: { chatId: string; body: string }, now: number): Outgoing {
  const job = decodeJob(parked.body);
  return {
    chatId: parked.chatId,
    // Not the event's own id, which SQS may still hold against a second message.
    eventId: `${job.eventId}-replayed-${now}`,
    body: encodeJob({ ...job, replayedAt: now }),
  };
}
