/// <reference path="../.sst/platform/config.d.ts" />
import { capacity } from "../packages/core/src/capacity.ts";
import { table } from "../packages/core/src/settings.ts";
import { production } from "./defaults";

const { maxReadUnits, maxWriteUnits, warmReadUnits, warmWriteUnits } = capacity.table;
const isAnySet = (...units: (number | undefined)[]) => units.some((one) => one !== undefined);

/**
 * Turns, chats and usage in one table. Billed on demand, because a bot's traffic is low, with peaks.
 * Point-in-time recovery (SST's default, 35 days) stays on.
 */
export const conversations = new sst.aws.Dynamo("Conversations", {
  fields: {
    [table.partitionKey]: "string",
    [table.sortKey]: "string",
    [table.index.partitionKey]: "string",
    [table.index.sortKey]: "string",
  },
  primaryIndex: { hashKey: table.partitionKey, rangeKey: table.sortKey },
  globalIndexes: {
    [table.index.name]: {
      hashKey: table.index.partitionKey,
      rangeKey: table.index.sortKey,
      // An operator finds few items by it and then reads them; copies would make every write more expensive.
      projection: "keys-only",
    },
  },
  ttl: table.timeToLive,
  deletionProtection: production,
  transform: {
    table: {
      ...(isAnySet(maxReadUnits, maxWriteUnits) && {
        onDemandThroughput: {
          ...(maxReadUnits !== undefined && { maxReadRequestUnits: maxReadUnits }),
          ...(maxWriteUnits !== undefined && { maxWriteRequestUnits: maxWriteUnits }),
        },
      }),
      ...(isAnySet(warmReadUnits, warmWriteUnits) && {
        warmThroughput: {
          ...(warmReadUnits !== undefined && { readUnitsPerSecond: warmReadUnits }),
          ...(warmWriteUnits !== undefined && { writeUnitsPerSecond: warmWriteUnits }),
        },
      }),
    },
  },
});
