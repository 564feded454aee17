import { mkdirSync } from "node:fs";
import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { deadLetterQueue, queue } from "@henji/core/settings";
import { type BuildAppOptions, buildApp } from "fauxqs";
import { portOf } from "./port.ts";

export type LocalQueues = {
  endpoint: string;
  client: SQSClient;
  eventQueue: { url: string; arn: string };
  deadLetterQueue: { url: string; arn: string };
  stop(): Promise<void>;
};

/** No real account, and never one of the developer's own. */
export const localAws = {
  region: "ap-northeast-1",
  credentials: { accessKeyId: "local", secretAccessKey: "local" },
} as const;

/** The two queues on fauxqs, with the attributes that `stacks/queue.ts` gives them. */
export async function startQueues(options: {
  port: number;
  directory?: string | undefined;
}): Promise<LocalQueues> {
  const app = await buildFauxqs(options.directory);
  await app.listen({ port: options.port, host: "127.0.0.1" });
  const endpoint = `http://127.0.0.1:${portOf(app.server)}`;
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
    endpoint,
    client,
    eventQueue: events,
    deadLetterQueue: parked,
    async stop() {
      client.destroy();
      await app.close();
    },
  };
}

async function createQueue(client: SQSClient, name: string, attributes: Record<string, string>) {
  const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
  return { url: QueueUrl ?? "", arn: `arn:aws:sqs:${localAws.region}:000000000000:${name}` };
}

type Stores = NonNullable<BuildAppOptions["stores"]>;

/**
 * fauxqs' own start listens on every interface of the machine; ours must not. So the app is built from its
 * parts, which its package does not export: they are imported by their place in it.
 */
async function buildFauxqs(directory: string | undefined): Promise<ReturnType<typeof buildApp>> {
  const part = (file: string) => import(new URL(file, import.meta.resolve("fauxqs")).href);
  const [{ SqsStore }, { SnsStore }, { S3Store }] = await Promise.all([
    part("sqs/sqsStore.js"),
    part("sns/snsStore.js"),
    part("s3/s3Store.js"),
  ]);
  const stores: Stores = { sqsStore: new SqsStore(), snsStore: new SnsStore(), s3Store: new S3Store() };
  const app = buildApp({ logger: false, defaultRegion: localAws.region, stores });
  if (!directory) return app;

  mkdirSync(directory, { recursive: true });
  const { PersistenceManager } = await part("persistence.js");
  const persistence = new PersistenceManager(directory);
  persistence.load(stores.sqsStore, stores.snsStore, stores.s3Store);
  stores.sqsStore.persistence = persistence;
  for (const known of stores.sqsStore.allQueues()) known.persistence = persistence;
  app.addHook("preClose", () => persistence.close());
  return app;
}
