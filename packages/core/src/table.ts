import { DynamoDBClient, type DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";
import { boundedCalls, type CallLimits } from "./aws-client.ts";
import { BotError } from "./error.ts";
import { deadlines } from "./settings.ts";

/** The one table, as every entity needs it. */
export type Table = { client: DynamoDBClient; table: string };

/**
 * Makes an entity when it is first used, and once for a table: checking a large model takes ElectroDB some 20 ms of a cold
 * start.
 */
export function entityOf<T>(make: (table: Table) => T): (table: Table) => T {
  const made = new WeakMap<Table, T>();
  return (table) => {
    const entity = made.get(table) ?? make(table);
    made.set(table, entity);
    return entity;
  };
}

/** A client whose every call ends by its deadline: a hung call must not cost a chat its turn. */
export function createTableClient(
  config: DynamoDBClientConfig = {},
  limits: CallLimits = { deadlineMs: deadlines.tableMs },
): DynamoDBClient {
  const { options, plugin } = boundedCalls(limits);
  const client = new DynamoDBClient({ ...options, ...config });
  client.middlewareStack.use(plugin);
  return client;
}

/** The name of the service in ElectroDB's bookkeeping attributes. */
export const SERVICE = "henji";

/** All ids go into keys exactly as LINE gives them. */
export const asIs = { casing: "none" } as const;

/** When an item of now is deleted, epoch seconds. */
export function expiryOf(now: number, retentionDays: number): number {
  return Math.floor(now / 1000) + retentionDays * 86_400;
}

/** Expired items stay for days until DynamoDB deletes them. */
export function isCurrent({ expiresAt }: { expiresAt: number }, now: number): boolean {
  return expiresAt > now / 1000;
}

/** For every call: it fails with the SDK's own error. ElectroDB's would take a stack trace for each that succeeds, too. */
export const plainErrors = { originalErr: true } as const;

/** Whether a conditional write was refused. */
function isRefused(error: unknown): boolean {
  return error instanceof Error && error.name === "ConditionalCheckFailedException";
}

/**
 * Errors of the table in one place. The SDK has already retried throttling and
 * dropped connections; a write may have been committed before its response was lost,
 * which is why every write here may be repeated by the same owner.
 */
function tableError(cause: unknown): BotError {
  if (cause instanceof BotError) return cause;
  const name = cause instanceof Error ? cause.name : "error";
  // A missing table or permission is a deployment to mend, and no message's fault: those wait.
  const never = name === "ValidationException";
  return new BotError(never ? "table.rejected" : "table.unavailable", `DynamoDB: ${name}`, {
    retry: never ? "never" : "later",
    cause,
  });
}

/** Runs a call to the table; its errors come out classified. */
export async function guarded<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw tableError(error);
  }
}

/** Says whether the write's condition held. */
export async function unlessRefused(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    if (isRefused(error)) return false;
    throw tableError(error);
  }
}
