import {
  CloudWatchClient,
  GetMetricDataCommand,
  type MetricDataQuery,
  type MetricDataResult,
} from "@aws-sdk/client-cloudwatch";
import { boundedCalls } from "@henji/core/aws-client";
import { metricNames } from "@henji/core/settings";
import { cloudWatchError } from "../cloudwatch-error.ts";
import { iso } from "../format.ts";
import type { RateSource, Rates } from "./rates.ts";

export type MetricNames = { namespace: string; eventQueue: string; deadLetterQueue: string };

/** Metrics are a minute apart, and each reading costs $0.00007. */
const ASK_EVERY_MS = 30_000;
const DEADLINE_MS = 20_000;

const MINUTE_MS = 60_000;
const MINUTES = 5;
/** A minute's metrics are complete about so long after it. */
const LATE_MS = 90_000;

/** Rates from CloudWatch, where the stage's log lines become metrics. */
export function createMetricRates({ namespace, eventQueue, deadLetterQueue }: MetricNames): RateSource {
  const { options, plugin } = boundedCalls({ deadlineMs: DEADLINE_MS });
  const client = new CloudWatchClient({ ...options, maxAttempts: 6 });
  client.middlewareStack.use(plugin);
  let last: { at: number; rates: Rates } | undefined;

  const stat = (id: string, Stat: string, metric: Metric, periodS: number): MetricDataQuery => ({
    Id: id,
    MetricStat: {
      Metric: { Namespace: metric.namespace, MetricName: metric.name, Dimensions: metric.dimensions },
      Period: periodS,
      Stat,
    },
  });
  const age = (queue: string): Metric => ({
    ...{ namespace: "AWS/SQS", name: "ApproximateAgeOfOldestMessage" },
    dimensions: [{ Name: "QueueName", Value: queue }],
  });
  const sends = (by: string): Metric => ({
    ...{ namespace, name: metricNames.sends, dimensions: [{ Name: "by", Value: by }] },
  });
  const wait: Metric = { namespace, name: metricNames.waitMs, dimensions: [] };
  const minuteQueries = [
    stat("oldestEvent", "Maximum", age(eventQueue), 60),
    stat("oldestLetter", "Maximum", age(deadLetterQueue), 60),
    stat("replies", "Sum", sends("reply"), 60),
    stat("pushes", "Sum", sends("push"), 60),
  ];
  const waitQueries = ["p50", "p90", "p99"].map((name) => stat(name, name, wait, MINUTES * 60));

  async function ask(queries: MetricDataQuery[], end: number): Promise<(id: string) => MetricDataResult> {
    const command = new GetMetricDataCommand({
      StartTime: new Date(end - MINUTES * MINUTE_MS),
      EndTime: new Date(end),
      MetricDataQueries: queries,
      ScanBy: "TimestampDescending",
    });
    const { MetricDataResults = [] } = await client.send(command);
    return (id) => MetricDataResults.find(({ Id }) => Id === id) ?? {};
  }

  async function read(now: number): Promise<Rates> {
    const minuteEnd = endBefore(now - LATE_MS, MINUTE_MS);
    // Percentiles of minutes cannot be put together: they are of the last five minutes as the clock counts them.
    const waitEnd = endBefore(now - LATE_MS, MINUTES * MINUTE_MS);
    const [minutes, waits] = await Promise.all([ask(minuteQueries, minuteEnd), ask(waitQueries, waitEnd)]);
    // Minutes in which nothing was sent have no value.
    const count = sum(minutes("replies")) + sum(minutes("pushes"));
    const [p50, p90, p99] = ["p50", "p90", "p99"].map((id) => newest(waits(id)));
    const isKnown = p50 !== undefined && p90 !== undefined && p99 !== undefined;
    return {
      oldestEventS: newest(minutes("oldestEvent")) ?? null,
      oldestLetterS: newest(minutes("oldestLetter")) ?? null,
      sent: { minutes: MINUTES, to: iso(minuteEnd), count, aMinute: count / MINUTES },
      wait: { minutes: MINUTES, to: iso(waitEnd), ms: isKnown ? { p50, p90, p99 } : null },
      notKnown: [],
    };
  }

  return {
    async read(now) {
      if (last && now - last.at < ASK_EVERY_MS) return last.rates;
      const rates = await read(now).catch(notKnown);
      last = { at: now, rates };
      return rates;
    },
    close: () => client.destroy(),
  };
}

type Metric = { namespace: string; name: string; dimensions: { Name: string; Value: string }[] };

/** The rest of what is watched is known nevertheless. */
function notKnown(error: unknown): Rates {
  const { message } = cloudWatchError(error);
  return {
    ...{ oldestEventS: null, oldestLetterS: null, sent: null, wait: null },
    notKnown: [`ages, answers and waits: ${message}`],
  };
}

function endBefore(at: number, periodMs: number): number {
  return Math.floor(at / periodMs) * periodMs;
}

function sum({ Values = [] }: MetricDataResult): number {
  return Values.reduce((total, value) => total + value, 0);
}

function newest({ Values = [] }: MetricDataResult): number | undefined {
  return Values[0];
}
