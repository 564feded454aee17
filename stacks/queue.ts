/// <reference path="../.sst/platform/config.d.ts" />
import * as settings from "../packages/core/src/settings.ts";
import { production } from "./defaults";

/** The sender sets the deduplication id (`webhookEventId`), because two equal messages are two events. */
const fifo = { contentBasedDeduplication: false };

/**
 * 300 sends a second for each partition, of which SQS makes more as chats need them, instead of 300 for the whole
 * queue, at the same price. A duplicate is then known within its chat only, which is enough: an event never changes
 * its chat.
 */
const highThroughput = {
  deduplicationScope: "messageGroup",
  fifoThroughputLimit: "perMessageGroupId",
};

/** With SQS's own keys, which are free. AWS's default too, but users' messages should not hang on a default. */
const encrypted = { sqsManagedSseEnabled: true };

// SST retains only tables and buckets. An event that was answered 200 lives in these queues.
const keep = { retainOnDelete: production };

/** Parked jobs, each with its reason, for an operator. FIFO, because the event queue is. */
export const deadLetterQueue = new sst.aws.Queue(
  "DeadLetterQueue",
  {
    fifo,
    visibilityTimeout: `${settings.deadLetterQueue.visibilityTimeoutS} seconds`,
    transform: {
      queue: {
        ...highThroughput,
        ...encrypted,
        messageRetentionSeconds: settings.deadLetterQueue.retentionS,
      },
    },
  },
  keep,
);

/** Webhook events for the worker; one message group per chat keeps their order. */
export const eventQueue = new sst.aws.Queue(
  "EventQueue",
  {
    fifo,
    visibilityTimeout: `${settings.queue.visibilityTimeoutS} seconds`,
    dlq: { queue: deadLetterQueue.arn, retry: settings.queue.maxReceiveCount },
    transform: {
      queue: { ...highThroughput, ...encrypted, messageRetentionSeconds: settings.queue.retentionS },
    },
  },
  keep,
);

/**
 * Answers that wait for their user, until they are pushed. A standard queue, because a FIFO queue delays no single
 * message; its messages are forwarded to the event queue. No dead-letter queue: what could not be forwarded for a day
 * is no loss, since the answer itself is in the table, and goes out with its user's next message.
 */
export const reminders = new sst.aws.Queue(
  "Reminders",
  {
    visibilityTimeout: `${settings.reminderQueue.visibilityTimeoutS} seconds`,
    transform: {
      queue: { ...encrypted, messageRetentionSeconds: settings.reminderQueue.retentionS },
    },
  },
  keep,
);

/**
 * Refuses everything that comes without TLS, whoever asks. SST gives a queue a policy only if a bucket, topic or bus
 * sends to it, which none does here: SQS holds one policy for each queue.
 */
const tlsOnly = (name: string, queue: sst.aws.Queue) =>
  new aws.sqs.QueuePolicy(
    `${name}Policy`,
    {
      queueUrl: queue.url,
      policy: $jsonStringify({
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Deny",
            Principal: "*",
            Action: "sqs:*",
            Resource: queue.arn,
            Condition: { Bool: { "aws:SecureTransport": "false" } },
          },
        ],
      }),
    },
    keep,
  );

tlsOnly("DeadLetterQueue", deadLetterQueue);
tlsOnly("EventQueue", eventQueue);
tlsOnly("Reminders", reminders);
