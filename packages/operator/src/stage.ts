import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { BotError } from "@henji/core/error";
import type { Table } from "@henji/core/table";
import { link } from "@henji/functions/links";

/**
 * Connects this process to the system that `npm start` runs on this machine, by the environment that it
 * writes into its state directory.
 */
export function useLocalStage(directory: string): void {
  try {
    Object.assign(process.env, parseEnv(readFileSync(join(directory, "environment"), "utf8")));
  } catch (cause) {
    throw notRunning(directory, cause);
  }
  // The SDK would prefer the credentials of a profile.
  delete process.env.AWS_PROFILE;
}

export function notRunning(directory: string, cause?: unknown): BotError {
  const fix = "start it with npm start, or say with --state where its state is";
  return new BotError("config.not_running", `No Henji runs on ${directory}: ${fix}`, {
    retry: "never",
    cause,
  });
}

/** The stage's table. Throttled calls are retried more often than by the worker, because no user waits. */
export function openTable(): Table {
  return { table: tableName(), client: new DynamoDBClient({ maxAttempts: 6 }) };
}

function tableName(): string {
  try {
    return link("Conversations");
  } catch (cause) {
    const fix =
      "run npx sst shell --stage <stage> -- npm run usage, or add --local for the Henji that npm start runs";
    throw new BotError("config.missing_link", `The table Conversations is not linked: ${fix}`, {
      retry: "never",
      cause,
    });
  }
}
