import { mkdirSync } from "node:fs";
import type { Server } from "node:http";
import { CreateTableCommand, DynamoDBClient, ResourceInUseException } from "@aws-sdk/client-dynamodb";
import { table } from "@henji/core/settings";
import dynalite from "dynalite";
import { listen } from "./listen.ts";
import { localAws } from "./sqs.ts";

export type LocalTable = { endpoint: string; name: string; client: DynamoDBClient; stop(): Promise<void> };

const NAME = "Conversations";

/** The table on dynalite, with the keys and the index that `stacks/storage.ts` gives it. */
export async function startTable(options: {
  port: number;
  directory?: string | undefined;
}): Promise<LocalTable> {
  if (options.directory) mkdirSync(options.directory, { recursive: true });
  const server: Server = dynalite({
    createTableMs: 0,
    ...(options.directory && { path: options.directory }),
  });
  const { url: endpoint, close } = await listen(server, options.port);
  const client = new DynamoDBClient({ ...localAws, endpoint });
  await createTable(client);
  return {
    endpoint,
    name: NAME,
    client,
    async stop() {
      client.destroy();
      await close();
    },
  };
}

async function createTable(client: DynamoDBClient): Promise<void> {
  const { partitionKey, sortKey, index } = table;
  const keys = (partition: string, sort: string) => [
    { AttributeName: partition, KeyType: "HASH" as const },
    { AttributeName: sort, KeyType: "RANGE" as const },
  ];
  const names = [partitionKey, sortKey, index.partitionKey, index.sortKey];
  try {
    await client.send(
      new CreateTableCommand({
        TableName: NAME,
        BillingMode: "PAY_PER_REQUEST",
        AttributeDefinitions: names.map((AttributeName) => ({ AttributeName, AttributeType: "S" as const })),
        KeySchema: keys(partitionKey, sortKey),
        GlobalSecondaryIndexes: [
          {
            IndexName: index.name,
            KeySchema: keys(index.partitionKey, index.sortKey),
            Projection: { ProjectionType: "KEYS_ONLY" },
          },
        ],
      }),
    );
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
  }
}
