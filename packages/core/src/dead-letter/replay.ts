import { decodeJob, encodeJob } from "../queue/job.ts";
import type { Outgoing } from "../queue/sqs.ts";

/**
 * The message that brings a job back to the queue. Its turn decides what is left to do: a stored answer is
 * sent, a missing one is asked for, and one that was delivered after all stays as it is.
 *
 * @param id the same for all copies of one replay: SQS takes them once in five minutes, a turn once for ever
 * @throws BotError `job.unreadable`
 */
export function replayOf(job: { chatId: string; body: string }, id: string, force = false): Outgoing {
  const { replay: _, ...given } = decodeJob(job.body);
  return {
    chatId: job.chatId,
    // Not the event's own id, which SQS may still hold against a second message.
    eventId: `${given.eventId}-replay-${id}`,
    body: encodeJob({ ...given, replay: { id, force } }),
  };
}
