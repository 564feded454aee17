import type { Capacity } from "./capacity.ts";

// Only deployments and tests need it: no function loads this file.

type Unset = number | undefined;

/** Lambda: a poller in provisioned mode makes so many invocations at once. */
const invocationsOfPoller = 10;
const pollersAtMost = 2_000;
const withoutPollers = 1_000;

/** How the event source is told how many workers there are at the most. */
export function concurrencyOfEventSource(maximumConcurrency: number) {
  if (maximumConcurrency <= withoutPollers) return { scalingConfig: { maximumConcurrency } };
  const maximumPollers = Math.ceil(maximumConcurrency / invocationsOfPoller);
  return { provisionedPollerConfig: { minimumPollers: 2, maximumPollers } };
}

type Bounds = { source: string; mayBeUnset?: true } & (
  | { least: number; most: number }
  | { oneOf: readonly number[] }
);

const memory = { least: 128, most: 10_240, source: "Lambda" };

/** What AWS allows, or nobody would need: without end, if AWS says none. */
export const boundsOf: { [Part in keyof Capacity]: { [Setting in keyof Capacity[Part]]: Bounds } } = {
  worker: {
    maximumConcurrency: {
      least: 2,
      most: pollersAtMost * invocationsOfPoller,
      source: "Lambda's event source for SQS",
    },
    batchSize: { least: 1, most: 10, source: "Lambda's event source for a FIFO queue" },
    memoryMb: memory,
  },
  ingress: {
    memoryMb: memory,
    reservedConcurrency: { least: 1, most: Number.POSITIVE_INFINITY, source: "Lambda", mayBeUnset: true },
  },
  table: {
    maxReadUnits: { least: 1, most: Number.POSITIVE_INFINITY, source: "DynamoDB", mayBeUnset: true },
    maxWriteUnits: { least: 1, most: Number.POSITIVE_INFINITY, source: "DynamoDB", mayBeUnset: true },
    warmReadUnits: {
      least: 12_000,
      most: Number.POSITIVE_INFINITY,
      source: "DynamoDB: what a new table has",
      mayBeUnset: true,
    },
    warmWriteUnits: {
      least: 4_000,
      most: Number.POSITIVE_INFINITY,
      source: "DynamoDB: what a new table has",
      mayBeUnset: true,
    },
  },
  logs: {
    retentionDays: {
      oneOf: [
        1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288,
        3653,
      ],
      source: "CloudWatch Logs",
    },
  },
  account: {
    concurrency: { least: 10, most: Number.POSITIVE_INFINITY, source: "Lambda" },
    tableUnits: { least: 1, most: Number.POSITIVE_INFINITY, source: "DynamoDB" },
  },
};

/** Lambda: so much concurrency of the account cannot be reserved. */
const unreservedAtLeast = 100;

/**
 * @param ingresses functions for webhooks: one for each platform
 * @returns a sentence for each setting that AWS would refuse, or that takes more than the account has
 */
export function mistakesIn(some: Capacity, ingresses = 1): string[] {
  const refused = Object.entries(boundsOf).flatMap(([part, settings]) =>
    Object.entries(settings).flatMap(([setting, bounds]) => {
      const value = (some[part as keyof Capacity] as Record<string, Unset>)[setting];
      if (value === undefined && bounds.mayBeUnset) return [];
      return isWithin(value, bounds) ? [] : [`capacity.${part}.${setting}: ${inWords(bounds)}, not ${value}`];
    }),
  );
  return refused.length > 0 ? refused : beyondAccount(some, ingresses);
}

function beyondAccount({ worker, ingress, table, account }: Capacity, ingresses: number): string[] {
  const { reservedConcurrency = 0 } = ingress;
  const mistakes: string[] = [];
  const check = (setting: string, value: Unset, most: number, quota: keyof Capacity["account"]) => {
    if (value !== undefined && value > most)
      mistakes.push(
        `capacity.${setting}: at most ${say(most)} with capacity.account.${quota} ${say(account[quota])}, not ${say(value)}`,
      );
  };
  const { concurrency, tableUnits } = account;
  const mayReserve = Math.floor((concurrency - unreservedAtLeast) / ingresses);
  check("ingress.reservedConcurrency", reservedConcurrency, mayReserve, "concurrency");
  const left = concurrency - ingresses * reservedConcurrency;
  check("worker.maximumConcurrency", worker.maximumConcurrency, left, "concurrency");
  for (const [setting, value] of Object.entries(table))
    check(`table.${setting}`, value, tableUnits, "tableUnits");
  return mistakes;
}

function isWithin(value: Unset, bounds: Bounds): boolean {
  if (value === undefined || !Number.isInteger(value)) return false;
  return "oneOf" in bounds ? bounds.oneOf.includes(value) : bounds.least <= value && value <= bounds.most;
}

function inWords(bounds: Bounds): string {
  const { source } = bounds;
  if ("oneOf" in bounds) return `one of ${bounds.oneOf.join(", ")} (${source})`;
  const { least, most } = bounds;
  const range = Number.isFinite(most) ? `from ${say(least)} to ${say(most)}` : `from ${say(least)} on`;
  return `a whole number ${range} (${source})`;
}

const say = (value: number) => value.toLocaleString("en-US");
