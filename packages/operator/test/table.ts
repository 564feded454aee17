import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { Table } from "@henji/core/table";
import { startAws } from "@henji/local/aws";
import { createTable } from "@henji/local/dynamo";
import { localAws } from "@henji/local/sqs";

export type TestTable = Table & {
  /** Another client of it, for a test that changes what is asked or looks at it. */
  newClient(): DynamoDBClient;
  close(): Promise<void>;
};

/** An empty table on the stand-in. */
export async function openTable(): Promise<TestTable> {
  const aws = await startAws();
  const newClient = () => new DynamoDBClient({ ...localAws, endpoint: aws.dynamodb });
  const client = newClient();
  return {
    ...{ client, newClient, table: await createTable(aws.dynamodb) },
    async close() {
      client.destroy();
      await aws.stop();
    },
  };
}
