/// <reference path="../.sst/platform/config.d.ts" />
import { concurrencyOfEventSource } from "../packages/core/src/capacity-bounds.ts";
import * as settings from "../packages/core/src/settings.ts";
import { functionDefaults } from "./defaults";
import { logging, workerLogs } from "./logs";
import { isOn } from "./platforms";
import { deadLetterQueue, eventQueue, reminders } from "./queue";
import { lineSecrets, openAiApiKey, slackSecrets } from "./secrets";
import { conversations } from "./storage";

/** What the worker is linked to, on Lambda and on a laptop. */
export const workerLinks = [
  ...[conversations, eventQueue, deadLetterQueue, reminders],
  ...[lineSecrets?.channelAccessToken, slackSecrets?.botToken, openAiApiKey].filter(
    (secret) => secret !== undefined,
  ),
];

/** Answers what the event queue holds. */
export const worker = new sst.aws.Function("Worker", {
  ...functionDefaults,
  // A bot on LINE alone carries nothing of Slack.
  handler: `packages/functions/src/${isOn("slack") ? "slack-worker" : "worker"}.handler`,
  description: "Answers the messages of the event queue",
  timeout: `${settings.worker.timeoutS} seconds`,
  memory: `${settings.worker.memoryMb} MB`,
  logging: { ...functionDefaults.logging, logGroup: workerLogs.name },
  link: workerLinks,
  permissions: [
    {
      actions: ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:Query"],
      resources: [conversations.arn],
    },
    {
      actions: [
        "sqs:ReceiveMessage", // the event source reads with the function's role
        "sqs:DeleteMessage", // and deletes; the worker itself deletes what is finished before its batch ends
        "sqs:GetQueueAttributes",
        "sqs:ChangeMessageVisibility", // the hold while it works, and the wait before a retry
      ],
      resources: [eventQueue.arn],
    },
    {
      actions: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
      resources: [reminders.arn],
    },
    // Parking, reminding, and forwarding what is due.
    { actions: ["sqs:SendMessage"], resources: [deadLetterQueue.arn, reminders.arn, eventQueue.arn] },
    logging(workerLogs),
  ],
});

// By its ARN: `subscribe` then grants nothing, and all permissions of the worker are above. Given arguments
// instead, it would name function, role and logs by a hash, and cut app and stage from the name.
eventQueue.subscribe(worker.arn, {
  batch: {
    size: settings.worker.batchSize,
    // Only the failed messages return to the queue, not the whole batch.
    partialResponses: true,
  },
  transform: {
    eventSourceMapping: {
      // Off while a laptop is the worker. With no laptop the messages wait, and the next `sst deploy` switches it on.
      enabled: !$dev,
      // On the event source, not as reserved concurrency: throttled deliveries would count as receives.
      ...concurrencyOfEventSource(settings.worker.maximumConcurrency),
    },
  },
});

reminders.subscribe(worker.arn, {
  batch: { size: settings.worker.batchSize, partialResponses: true },
  transform: {
    eventSourceMapping: {
      enabled: !$dev,
      scalingConfig: { maximumConcurrency: settings.reminderQueue.maximumConcurrency },
    },
  },
});
