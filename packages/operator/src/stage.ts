import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import type { SQSClient } from "@aws-sdk/client-sqs";
import { BotError } from "@henji/core/error";
import { createQueueClient } from "@henji/core/queue/sqs";
import { createTableClient, type Table } from "@henji/core/table";
import { type LinkName, link, optionalLink } from "@henji/functions/links";

/** What a command works on: the linked stage, or the system on this machine. */
export type Stage = {
  table(): Table;
  sqs(): SQSClient;
  queueUrl(name: "EventQueue" | "DeadLetterQueue" | "Reminders"): string;
  /** As it was deployed. */
  name(): string;
  /** What CloudWatch knows it by; empty where there is no CloudWatch, as on this machine. */
  cloudWatch(): { logGroups: Record<string, string>; namespace: string };
  close(): void;
};

/** No user waits for a command: throttled calls are retried more often than by the worker, and for longer. */
const patience = { deadlineMs: 20_000 };

/** @param local state directory of the system on this machine; not set: the stage that is linked */
export function openStage(local: string | undefined): Stage {
  if (local !== undefined) useLocalStage(local);
  const clients: { destroy(): void }[] = [];
  const once = <T extends { destroy(): void }>(create: () => T) => {
    let client: T | undefined;
    return () => {
      if (client) return client;
      client = create();
      clients.push(client);
      return client;
    };
  };
  const table = once(() => createTableClient({ maxAttempts: 6 }, patience));
  return {
    table: () => ({ table: linked("Conversations"), client: table() }),
    sqs: once(() => createQueueClient({ maxAttempts: 6 }, patience)),
    queueUrl: linked,
    name: () => optionalLink("App"),
    cloudWatch: () => ({
      logGroups: linkedLogGroups(),
      namespace: optionalLink("Metrics"),
    }),
    close() {
      for (const client of clients) client.destroy();
    },
  };
}

/** By function, in the order in which an event passes them. */
function linkedLogGroups(): Record<string, string> {
  const all = {
    ingress: optionalLink("IngressLogs"),
    "slack ingress": optionalLink("SlackIngressLogs"),
    worker: optionalLink("WorkerLogs"),
  };
  return Object.fromEntries(Object.entries(all).filter(([, group]) => group !== ""));
}

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

/** @throws BotError with the command that links it */
export function linked(name: LinkName): string {
  try {
    return link(name);
  } catch (cause) {
    const isLinked = optionalLink("App") !== "";
    const fix = isLinked ? (cause as Error).message : `${name} is not linked: ${howToLink}`;
    throw new BotError("config.missing_link", fix, { retry: "never", cause });
  }
}

const howToLink =
  "run npx sst shell --stage <stage> -- npm run henji -- <command>, or add --local for the Henji that npm start runs";
