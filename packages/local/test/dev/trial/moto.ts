import { spawn } from "node:child_process";
import { once } from "node:events";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { Resource } from "../../../../../stacks/test/synth/template.ts";

export const region = "ap-northeast-1";
export const credentials = { accessKeyId: "testing", secretAccessKey: "testing" };

export type Moto = { url: string; pid: number };

/** Starts moto, a stand-in for AWS, on a free port. */
export async function startMoto(): Promise<Moto> {
  const child = spawn("python3", ["-u", "-m", "moto.server", "--port", "0"]);
  let output = "";
  const port = Promise.withResolvers<string>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (text) => {
      output += text;
      const [, found] = /http:\/\/127\.0\.0\.1:(\d+)/.exec(output) ?? [];
      if (found) port.resolve(found);
    });
  }
  once(child, "exit").then(() =>
    port.reject(new Error(`moto does not start: pip install moto[server]\n${output}`)),
  );
  return { url: `http://127.0.0.1:${await port.promise}`, pid: child.pid! };
}

/**
 * Lets SST use its own buckets: their policy denies what does not come by TLS, and moto denies it to everyone,
 * because it does not read the condition.
 */
export async function dropBucketPolicies({ url }: Moto): Promise<void> {
  const scope = `Credential=${credentials.accessKeyId}/20260101/${region}/s3/aws4_request`;
  const headers = { authorization: `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=host, Signature=0` };
  const list = await (await fetch(url, { headers })).text();
  for (const [, bucket] of list.matchAll(/<Name>(sst-[^<]+)<\/Name>/g)) {
    await fetch(`${url}/${bucket}?policy`, { method: "DELETE", headers });
  }
}

/** Makes the queues and the table that the program has registered; of all else a laptop needs nothing. */
export async function createResources(endpoint: string, resources: readonly Resource[]): Promise<void> {
  const options = { endpoint, region, credentials };
  const sqs = new SQSClient({ ...options, useQueueUrlAsEndpoint: false });
  const dynamodb = new DynamoDBClient(options);
  for (const { type, inputs } of resources) {
    if (type === "aws:sqs/queue:Queue") await createQueue(inputs);
    if (type === "aws:dynamodb/table:Table") await createTable(inputs).catch(unlessThere);
  }
  sqs.destroy();
  dynamodb.destroy();

  /** One that is there with the same attributes is left as it is. */
  async function createQueue(inputs: Resource["inputs"]): Promise<void> {
    const fifo = { FifoQueue: "true", DeduplicationScope: inputs.deduplicationScope };
    const Attributes = {
      VisibilityTimeout: String(inputs.visibilityTimeoutSeconds),
      ...(inputs.fifoQueue && fifo),
      ...(inputs.redrivePolicy && { RedrivePolicy: inputs.redrivePolicy }),
    };
    await sqs.send(new CreateQueueCommand({ QueueName: inputs.name, Attributes }));
  }

  async function createTable({ name, hashKey, rangeKey, ...inputs }: Resource["inputs"]): Promise<void> {
    const keys = (hash: string, range: string) => [
      { AttributeName: hash, KeyType: "HASH" as const },
      { AttributeName: range, KeyType: "RANGE" as const },
    ];
    await dynamodb.send(
      new CreateTableCommand({
        TableName: name,
        BillingMode: "PAY_PER_REQUEST",
        KeySchema: keys(hashKey, rangeKey),
        AttributeDefinitions: inputs.attributes.map((one: { name: string; type: "S" }) => ({
          AttributeName: one.name,
          AttributeType: one.type,
        })),
        GlobalSecondaryIndexes: inputs.globalSecondaryIndexes.map((index: Resource["inputs"]) => ({
          IndexName: index.name,
          KeySchema: keys(index.hashKey, index.rangeKey),
          Projection: { ProjectionType: "KEYS_ONLY" as const },
        })),
      }),
    );
  }
}

function unlessThere(error: Error): void {
  if (error.name !== "ResourceInUseException") throw error;
}
