/// <reference path="../.sst/platform/config.d.ts" />
import * as settings from "../packages/core/src/settings.ts";
import { production } from "./defaults";

/** The sender sets the deduplication id (`webhookEventId`), because two equal messages are two events. */
const fifo = { contentBasedDeduplication: false };

/** 300 sends a second per chat instead of 300 for the whole queue. */
const highThroughput = {
  deduplicationScope: "messageGroup",
  fifoThroughputLimit: "perMessageGroupId",
};

// SST retains only tables and buckets. An event that was answered 200 lives in these queues.
const keep = { retainOnDelete: production };

/** Parked jobs, each with its reason, for an operator. FIFO, because the event queue is. */
export const deadLetterQueue = new sst.aws.Queue(
  "DeadLetterQueue",
  {
    fifo,
    visibilityTimeout: `${settings.deadLetterQueue.visibilityTimeoutS} seconds`,
    transform: {
      queue: { ...highThroughput, messageRetentionSeconds: settings.deadLetterQueue.retentionS },
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
      queue: { ...highThroughput, messageRetentionSeconds: settings.queue.retentionS },
    },
  },
  keep,
);
