import { CreateTableCommand, DynamoDBClient, ResourceInUseException } from "@aws-sdk/client-dynamodb";
import { table } from "@henji/core/settings";
import { localAws } from "./sqs.ts";

const NAME = "Conversations";

/**
 * Creates the table, with the keys and the index that `stacks/storage.ts` gives it.
 * @returns its name
 */
export async function createTable(endpoint: string): Promise<string> {
  const client = new DynamoDBClient({ ...localAws, endpoint });
  try {
    await create(client);
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
  } finally {
    client.destroy();
  }
  return NAME;
}

async function create(client: DynamoDBClient): Promise<void> {
  const { partitionKey, sortKey, index } = table;
  const keys = (partition: string, sort: string) => [
    { AttributeName: partition, KeyType: "HASH" as const },
    { AttributeName: sort, KeyType: "RANGE" as const },
  ];
  const names = [partitionKey, sortKey, index.partitionKey, index.sortKey];
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
}
