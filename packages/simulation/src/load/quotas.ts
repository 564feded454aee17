import type { Capacity } from "@henji/core/capacity";
import { answer, tokensPerAnswer } from "./answer.ts";
import type { ModelRate } from "./slots.ts";

/** OpenAI's limits for gpt-6-luna by what an organization has paid: https://developers.openai.com/api/docs/guides/rate-limits */
export const tiers = {
  build: { requestsPerMinute: 5_000, tokensPerMinute: 2_000_000 },
  launch: { requestsPerMinute: 10_000, tokensPerMinute: 10_000_000 },
  grow: { requestsPerMinute: 30_000, tokensPerMinute: 180_000_000 },
} as const satisfies Record<string, ModelRate>;

/** AWS's and LINE's, in Tokyo, beside those of `capacity`. docs/scale.md has the source of each. */
export const quotas = {
  /** A function URL takes ten requests a second for each of them. */
  urlRequestsPerConcurrency: 10,
  fifoRequestsPerS: 9_000,
  fifoInFlight: 120_000,
  partitionWriteUnitsPerS: 1_000,
  warmReadUnitsPerS: 12_000,
  warmWriteUnitsPerS: 4_000,
  lineRequestsPerS: 2_000,
  lineLoadingPerS: 100,
} as const;

/** How many messages come at the most: in the fullest ten seconds, and in the fullest minute. */
export type Demand = {
  perS: number;
  perMinute: number;
  /** Chats that write for the first time on this day: in the fullest ten seconds. */
  chatsPerS: number;
};

export type Use = {
  quota: string;
  /** What the load asks for, of what there is: beyond 1 something waits, or is refused. */
  share: number;
  asked: number;
  limit: number;
  unit: string;
};

export type Limits = ModelRate & {
  capacity: Capacity;
};

export function urlRequestsPerS({ capacity: { ingress, account } }: Limits): number {
  const { reservedConcurrency = account.concurrency } = ingress;
  return reservedConcurrency * quotas.urlRequestsPerConcurrency;
}

/**
 * What each quota would have to take if nothing waited, the fullest first.
 *
 * @param batchS seconds for which a full batch keeps a worker
 */
export function usesOf({ perS, perMinute, chatsPerS }: Demand, limits: Limits, batchS: number): Use[] {
  const { worker, table, account } = limits.capacity;
  // Webhooks are over in milliseconds; it is the workers that take concurrency.
  const workers = (perMinute / 60) * (batchS / worker.batchSize);
  const perAnswer = 1 + answer.foldsPerAnswer;
  const use = (quota: string, asked: number, limit: number, unit: string): Use => ({
    ...{ quota, asked, limit, unit },
    share: asked / limit,
  });
  const warmReads = Math.min(table.warmReadUnits ?? quotas.warmReadUnitsPerS, table.maxReadUnits ?? Infinity);
  const warmWrites = Math.min(
    table.warmWriteUnits ?? quotas.warmWriteUnitsPerS,
    table.maxWriteUnits ?? Infinity,
  );
  const uses = [
    use("OpenAI's tokens", perMinute * tokensPerAnswer, limits.tokensPerMinute, "a minute"),
    use("OpenAI's requests", perMinute * perAnswer, limits.requestsPerMinute, "a minute"),
    use("the event source's maximum concurrency", workers, worker.maximumConcurrency, "workers"),
    use("Lambda's concurrency", workers, account.concurrency, "at once"),
    use("the function URL's requests", perS, urlRequestsPerS(limits), "a second"),
    use("SQS's FIFO requests", perS, quotas.fifoRequestsPerS, "a second"),
    use("messages in flight of the FIFO queue", workers * worker.batchSize, quotas.fifoInFlight, "at once"),
    use("DynamoDB's warm reads", perS * answer.readUnits, warmReads, "units a second"),
    use("DynamoDB's warm writes", perS * answer.writeUnits, warmWrites, "units a second"),
    use("DynamoDB's reads of a table", perS * answer.readUnits, account.tableUnits, "units a second"),
    use("DynamoDB's writes of a table", perS * answer.writeUnits, account.tableUnits, "units a second"),
    // Every chat's first answer of a day comes to the list of that day, a single key of the index.
    use(
      "DynamoDB's partition of the day's list",
      chatsPerS,
      quotas.partitionWriteUnitsPerS,
      "units a second",
    ),
    use("LINE's requests", perS, quotas.lineRequestsPerS, "a second"),
  ];
  return uses.sort((a, b) => b.share - a.share);
}
