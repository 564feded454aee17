import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { deadLetterQueue, queue, reminderQueue } from "@henji/core/settings";

export type LocalQueues = {
  client: SQSClient;
  eventQueue: { url: string; arn: string };
  deadLetterQueue: { url: string; arn: string };
  reminders: { url: string; arn: string };
};

/** Dummy credentials: the developer's own are never used. */
export const localAws = {
  region: "ap-northeast-1",
  credentials: { accessKeyId: "local", secretAccessKey: "local" },
} as const;

/** Creates the queues, with the attributes that `stacks/queue.ts` gives them. */
export async function createQueues(endpoint: string): Promise<LocalQueues> {
  const client = new SQSClient({ ...localAws, endpoint, useQueueUrlAsEndpoint: false });

  const highThroughput = {
    FifoQueue: "true",
    ContentBasedDeduplication: "false",
    DeduplicationScope: "messageGroup",
    FifoThroughputLimit: "perMessageGroupId",
  };
  const parked = await createQueue(client, "DeadLetterQueue.fifo", {
    ...highThroughput,
    VisibilityTimeout: String(deadLetterQueue.visibilityTimeoutS),
    MessageRetentionPeriod: String(deadLetterQueue.retentionS),
  });
  const events = await createQueue(client, "EventQueue.fifo", {
    ...highThroughput,
    VisibilityTimeout: String(queue.visibilityTimeoutS),
    MessageRetentionPeriod: String(queue.retentionS),
    RedrivePolicy: JSON.stringify({
      deadLetterTargetArn: parked.arn,
      maxReceiveCount: queue.maxReceiveCount,
    }),
  });
  return {
    client,
    eventQueue: events,
    deadLetterQueue: parked,
    reminders: await createQueue(client, "Reminders", {
      VisibilityTimeout: String(reminderQueue.visibilityTimeoutS),
      MessageRetentionPeriod: String(reminderQueue.retentionS),
    }),
  };
}

async function createQueue(client: SQSClient, name: string, attributes: Record<string, string>) {
  const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
  return { url: QueueUrl ?? "", arn: `arn:aws:sqs:${localAws.region}:000000000000:${name}` };
}
