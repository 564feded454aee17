import {
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type KeySchemaElement,
  type TableDescription,
} from "@aws-sdk/client-dynamodb";
import { table as expected } from "@henji/core/settings";
import { fixesFor } from "../fixes.ts";
import type { Check } from "./check.ts";
import { fine, fineUnless, NotChecked, wrong } from "./finding.ts";
import { linked } from "./subject.ts";

export const table: Check = {
  name: "table",
  async run(subject) {
    const command = new DescribeTableCommand({ TableName: linked(subject, "Conversations") });
    const { redeploy } = fixesFor(subject);
    let found: TableDescription | undefined;
    try {
      found = (await subject.aws.dynamodb.send(command)).Table;
    } catch (error) {
      if ((error as Error).name !== "ResourceNotFoundException") throw error;
      return wrong("there is no such table in this region", redeploy);
    }
    const { TableStatus, KeySchema, GlobalSecondaryIndexes = [] } = found ?? {};
    const { partitionKey, sortKey, index } = expected;
    const indexed = GlobalSecondaryIndexes.find(({ IndexName }) => IndexName === index.name);
    const differences = [
      // Updating: it answers all the same.
      TableStatus !== "ACTIVE" && TableStatus !== "UPDATING" && `it is ${TableStatus}`,
      !hasKeys(KeySchema, partitionKey, sortKey) && `its keys are not ${partitionKey} and ${sortKey}`,
      !indexed && `it has no index ${index.name}: commands find nothing across chats`,
      indexed &&
        !hasKeys(indexed.KeySchema, index.partitionKey, index.sortKey) &&
        `the keys of its index are not ${index.partitionKey} and ${index.sortKey}`,
      indexed?.IndexStatus === "CREATING" && "its index is still being filled",
    ];
    return fineUnless(differences, "with its keys and its index", redeploy);
  },
};

function hasKeys(schema: readonly KeySchemaElement[] = [], partitionKey: string, sortKey: string): boolean {
  const nameOf = (type: string) => schema.find(({ KeyType }) => KeyType === type)?.AttributeName;
  return nameOf("HASH") === partitionKey && nameOf("RANGE") === sortKey;
}

export const timeToLive: Check = {
  name: "time to live",
  async run(subject) {
    if (subject.isLocal) throw new NotChecked("the stand-in deletes nothing; what is expired is not read");
    const command = new DescribeTimeToLiveCommand({ TableName: linked(subject, "Conversations") });
    const { TimeToLiveDescription = {} } = await subject.aws.dynamodb.send(command);
    const { TimeToLiveStatus: status = "", AttributeName: attribute } = TimeToLiveDescription;
    if (/^ENABL/.test(status) && attribute === expected.timeToLive) return fine(`by ${attribute}`);
    const says = attribute ? `goes by ${attribute} (${status})` : "is off";
    return wrong(`${says}: what has expired is never deleted`, fixesFor(subject).redeploy);
  },
};
