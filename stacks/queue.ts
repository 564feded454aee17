/// <reference path="../.sst/platform/config.d.ts" />
import * as settings from "../packages/core/src/settings.ts";
import { production } from "./defaults";

/** Ids are given by the sender (`webhookEventId`), because two equal messages are two events. */
const fifo = { contentBasedDeduplication: false };

/** 300 sends a second for the whole queue become 300 for each chat, and no chat waits for another's. */
const highThroughput = {
  deduplicationScope: "messageGroup",
  fifoThroughputLimit: "perMessageGroupId",
};

// SST retains only tables and buckets. An event that was answered 200 lives in these queues.
const keep = { retainOnDelete: production };

/** Jobs given up on, each with its reason, waiting for an operator. FIFO, because the queue it serves is. */
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

/** Every webhook event on its way to the worker; one group per chat keeps its order. */
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
