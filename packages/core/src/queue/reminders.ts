import { GetQueueAttributesCommand, SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { encodeJob, type Job } from "./job.ts";
import { guarded } from "./sqs.ts";

/** What an answer that waits leaves with a clock: its own job, which comes back marked as due. */
export type Reminders = {
  /** @param delayS at most 900 */
  put(chatId: string, job: Job, delayS: number): Promise<void>;
};

/**
 * Reminders on a standard queue, since a FIFO queue delays no single message. When they are due they are forwarded to
 * the event queue, behind whatever their chat is waiting for.
 */
export function createReminders(sqs: SQSClient, queueUrl: string): Reminders {
  return {
    async put(chatId, job, delayS) {
      const command = new SendMessageCommand({
        QueueUrl: queueUrl,
        MessageBody: encodeJob(dueJob(job)),
        DelaySeconds: delayS,
        MessageAttributes: { chatId: { DataType: "String", StringValue: chatId } },
      });
      await guarded(() => sqs.send(command));
    },
  };
}

/** What the queue of reminders holds now. */
export type ReminderDepth = {
  /** Not due yet. */
  toCome: number;
  /** Not forwarded yet, those that are being forwarded included. */
  due: number;
};

export async function reminderDepthOf(sqs: SQSClient, queueUrl: string): Promise<ReminderDepth> {
  const names = [
    "ApproximateNumberOfMessagesDelayed",
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
  ] as const;
  const command = new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: [...names] });
  const { Attributes = {} } = await guarded(() => sqs.send(command));
  const [toCome, visible, inFlight] = names.map((name) => Number(Attributes[name] ?? 0));
  return { toCome: toCome!, due: visible! + inFlight! };
}

/** The job with which an answer that waits comes back. */
export function dueJob({ replay: _, ...job }: Job): Job {
  return { ...job, isDue: true };
}
