import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";

/** Requests to DynamoDB, and the capacity that it says they have consumed. */
export type Consumed = {
  reads: number;
  writes: number;
  readUnits: number;
  writeUnits: number;
  /** How often each operation was requested. */
  operations: Record<string, number>;
};

export type Meter = {
  /** What was consumed since the last call. */
  take(): Consumed;
};

const reading = new Set(["GetItem", "Query", "Scan", "BatchGetItem"]);

type Output = { ConsumedCapacity?: { CapacityUnits?: number } };

const nothing = (): Consumed => ({ reads: 0, writes: 0, readUnits: 0, writeUnits: 0, operations: {} });

/** Has DynamoDB return the capacity that each request of this client consumes. Retries by the SDK count too. */
export function meter(client: DynamoDBClient): Meter {
  let consumed = nothing();

  client.middlewareStack.add(
    (next) => (args) => {
      Object.assign(args.input, { ReturnConsumedCapacity: "TOTAL" });
      return next(args);
    },
    { step: "initialize", name: "askForCapacity" },
  );
  // Inside of the SDK's retries, so that each attempt is counted.
  client.middlewareStack.add(
    (next, { commandName = "" }) =>
      async (args) => {
        const operation = commandName.replace(/Command$/, "");
        const isRead = reading.has(operation);
        consumed.operations[operation] = (consumed.operations[operation] ?? 0) + 1;
        consumed[isRead ? "reads" : "writes"] += 1;
        const result = await next(args);
        const units = (result.output as Output).ConsumedCapacity?.CapacityUnits;
        if (units === undefined) throw new Error(`${operation} did not say what it consumed`);
        consumed[isRead ? "readUnits" : "writeUnits"] += units;
        return result;
      },
    { step: "deserialize", priority: "high", name: "countCapacity" },
  );

  return {
    take() {
      const taken = consumed;
      consumed = nothing();
      return taken;
    },
  };
}
