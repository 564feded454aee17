import { beforeAll, expect, test } from "vitest";
import * as settings from "../../../packages/core/src/settings.ts";
import type { DataPoint } from "../cloudwatch/filter-pattern.ts";
import { realLogLines } from "../cloudwatch/log-lines.ts";
import { expectMetric, type Metric, publishedOf } from "../cloudwatch/metrics.ts";
import type { Untyped } from "../synth/template.ts";
import { expectWithin, type Stage } from "./stage.ts";

const DAY_S = 24 * 60 * 60;

/** Metric, statistic and threshold; period in seconds; of so many periods so many; whether its end is mailed too. */
type Expected = [metric: string, above: number, periodS: number, periods: string, kind: "state" | "event"];

const retriesS = (stage: Stage) => {
  const { maxAttempts, delaysS, jitter } = settings.retry;
  return maxAttempts * stage.worker().timeout + (1 + jitter) * delaysS.reduce((sum, s) => sum + s, 0);
};

/** Alarms, and the mailbox that they go to. */
export function testAlarms(stage: Stage) {
  let published: DataPoint[];
  beforeAll(async () => {
    published = publishedOf(stage, await realLogLines());
  });
  const alarms = () =>
    stage.all("aws:cloudwatch/metricAlarm:MetricAlarm").map(({ name, inputs }) => ({
      name: name.replace(/Alarm$/, ""),
      inputs,
    }));

  test("these ring, when the metric is above the number for so long", () => {
    const expected: Record<string, Expected> = {
      MessagesParked: ["Sum JobsParked", 0, 300, "1 of 1", "event"],
      DeadLetters: ["Maximum ApproximateNumberOfMessagesVisible", 0, 60, "1 of 1", "state"],
      OldLetters: ["Maximum ApproximateAgeOfOldestMessage", 12 * DAY_S, 300, "1 of 1", "state"],
      OldestEvent: ["Maximum ApproximateAgeOfOldestMessage", retriesS(stage), 60, "1 of 1", "state"],
      QueueStuck: ["IF((visible + inFlight > 0) AND (deleted < 1), 1, 0)", 0, 300, "4 of 4", "state"],
      WorkerErrors: ["Sum Errors", 0, 300, "1 of 1", "state"],
      WorkerNearTimeout: ["Maximum Duration", 148_500, 300, "1 of 1", "event"],
      WorkerThrottled: ["Sum Throttles", 0, 300, "1 of 1", "state"],
      InvocationTooShort: ["Sum InvocationTooShort", 0, 300, "1 of 1", "state"],
      WebhookErrors: ["Sum Url5xxCount", 0, 60, "1 of 1", "state"],
      WebhookSlow: ["Maximum UrlRequestLatency", 1_800, 300, "2 of 3", "state"],
      WebhookThrottled: ["Sum Throttles", 0, 60, "1 of 1", "state"],
      BadSignatures: ["Sum BadSignatures", 2, 900, "1 of 1", "state"],
      ModelBreakerOpened: ["Sum ModelBreakerOpened", 0, 60, "1 of 1", "event"],
      LineBreakerOpened: ["Sum LineBreakerOpened", 0, 60, "1 of 1", "event"],
      QuotaLow: ["Sum QuotaLow", 0, 60, "1 of 1", "event"],
      TokenCapReached: ["Sum TokenCapReached", 0, 60, "1 of 1", "event"],
      TableThrottled: ["SUM(METRICS())", 0, 300, "2 of 3", "state"],
      TableErrors: ["SUM(METRICS())", 5, 300, "1 of 1", "state"],
    };
    const found = alarms().map(({ name, inputs }) => {
      const { threshold, datapointsToAlarm, evaluationPeriods, statistic, metricName, metricQueries } =
        inputs;
      const metric = metricQueries ? metricQueries[0].expression : `${statistic} ${metricName}`;
      const period = metricQueries ? metricQueries[1].metric.period : inputs.period;
      const kind = inputs.okActions ? "state" : "event";
      return [name, [metric, threshold, period, `${datapointsToAlarm} of ${evaluationPeriods}`, kind]];
    });
    expect(Object.fromEntries(found)).toEqual(expected);
  });

  test("watch metrics that exist, with the right dimensions: the queues, functions and table of the stage", () => {
    for (const { inputs } of alarms()) {
      for (const metric of watchedBy(inputs)) expectMetric(stage, metric, published);
    }
    const queueOf = (name: string) =>
      stage.one("aws:cloudwatch/metricAlarm:MetricAlarm", name).inputs.dimensions;
    expect(queueOf("DeadLetters")).toEqual({ QueueName: stage.deadLetterQueue().name });
    expect(queueOf("OldLetters")).toEqual({ QueueName: stage.deadLetterQueue().name });
    expect(queueOf("OldestEvent")).toEqual({ QueueName: stage.eventQueue().name });
    for (const name of ["WorkerErrors", "WorkerNearTimeout", "WorkerThrottled"])
      expect(queueOf(name)).toEqual({ FunctionName: stage.worker().name });
    for (const name of ["WebhookErrors", "WebhookSlow", "WebhookThrottled"])
      expect(queueOf(name)).toEqual({ FunctionName: stage.ingress().name });
  });

  test("late answers ring after what retries explain, and within twenty minutes", () => {
    expectWithin(retriesS(stage), retriesS(stage), 20 * 60);
    const { evaluationPeriods, metricQueries } = stage.one(
      "aws:cloudwatch/metricAlarm:MetricAlarm",
      "QueueStuck",
    ).inputs;
    expectWithin(evaluationPeriods * metricQueries[1].metric.period, retriesS(stage), 20 * 60);
  });

  test("an old letter rings while there are still days to replay it", () => {
    const { threshold } = stage.one("aws:cloudwatch/metricAlarm:MetricAlarm", "OldLetters").inputs;
    const leftS = stage.deadLetterQueue().messageRetentionSeconds - threshold;
    expectWithin(leftS, 2 * DAY_S, 3 * DAY_S);
  });

  test("all metrics of an expression have one period, and its names are those that it uses", () => {
    for (const { inputs } of alarms().filter(({ inputs }) => inputs.metricQueries)) {
      const [{ expression, returnData }, ...used] = inputs.metricQueries;
      expect(returnData).toBe(true);
      expect(new Set(used.map(({ metric }: Untyped) => metric.period)).size).toBe(1);
      for (const { id, returnData } of used) {
        expect(id).toMatch(/^[a-z][A-Za-z0-9_]*$/);
        expect(returnData ?? false).toBe(false);
        if (!expression.includes("METRICS()")) expect(expression).toContain(id);
      }
    }
  });

  test("each says in a sentence what it means, and where the runbook goes on", () => {
    for (const { name, inputs } of alarms()) {
      expect(inputs.alarmDescription).toMatch(/^[A-Z].{20,900}[.?] See docs\/operate\.md#alarm-[a-z]+$/);
      expect(inputs.alarmDescription.split("#alarm-")[1]).toBe(name.toLowerCase());
    }
  });

  test("notify the topic, to which the operator's mailbox is subscribed", () => {
    for (const { inputs } of alarms()) {
      expect(inputs).toMatchObject({
        comparisonOperator: "GreaterThanThreshold",
        treatMissingData: "notBreaching",
        alarmActions: [stage.topicArn()],
      });
      expect(inputs.okActions ?? [stage.topicArn()]).toEqual([stage.topicArn()]);
    }
    expect(stage.one("aws:sns/topicSubscription:TopicSubscription").inputs).toEqual({
      topic: stage.topicArn(),
      protocol: "email",
      endpoint: "operator@example.com",
    });
  });

  test("CloudWatch accepts every number, and the bill for all of them is $2.60 a month", () => {
    for (const { inputs } of alarms()) {
      const periods = [inputs.period, ...watchedBy(inputs).map(({ period }) => period)].filter(Boolean);
      for (const period of periods) {
        expect(period % 60).toBe(0);
        expectWithin(period * inputs.evaluationPeriods, 60, DAY_S);
      }
      expectWithin(inputs.datapointsToAlarm, 1, inputs.evaluationPeriods);
    }
    const metrics = alarms().flatMap(({ inputs }) => watchedBy(inputs));
    expect(metrics.length * 10).toBe(260); // ten cents for each metric
  });
}

/** The metrics that an alarm watches, with the period of those that are in an expression. */
function watchedBy(inputs: Untyped): (Metric & { period?: number })[] {
  if (!inputs.metricQueries) return [inputs];
  return inputs.metricQueries.flatMap(({ metric }: Untyped) => metric ?? []);
}
