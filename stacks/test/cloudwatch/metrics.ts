import { expect } from "vitest";
import type { Stage } from "../template/stage.ts";
import { type DataPoint, type Line, publish } from "./filter-pattern.ts";
import type { LogLines } from "./log-lines.ts";

export type Metric = { namespace: string; metricName: string; dimensions?: Record<string, string> };

/** AWS's metrics, as its documentation lists them, with the sets of dimensions under which each is reported. */
const awsMetrics: Record<string, Record<string, string[]>> = {
  "AWS/SQS": {
    QueueName: [
      "ApproximateAgeOfOldestMessage",
      "ApproximateNumberOfMessagesVisible",
      "ApproximateNumberOfMessagesNotVisible",
      "ApproximateNumberOfMessagesDelayed",
      "NumberOfMessagesDeleted",
    ],
  },
  "AWS/Lambda": {
    FunctionName: [
      ...["Invocations", "Errors", "Throttles", "Duration", "ConcurrentExecutions"],
      ...["UrlRequestCount", "UrlRequestLatency", "Url4xxCount", "Url5xxCount"],
    ],
  },
  "AWS/DynamoDB": {
    TableName: [
      ...["ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"],
      ...["ReadThrottleEvents", "WriteThrottleEvents"],
    ],
    "GlobalSecondaryIndexName,TableName": ["ReadThrottleEvents", "WriteThrottleEvents"],
    "Operation,TableName": ["SystemErrors"],
  },
};

const operations = ["GetItem", "PutItem", "UpdateItem", "Query"];

/** The stage's metric filters, each with the lines of its group. */
export function filtersOf(stage: Stage, lines: LogLines) {
  const groups: Record<string, readonly Line[]> = {
    [stage.logGroup("Ingress").name]: lines.ingress,
    [stage.logGroup("Worker").name]: lines.worker,
  };
  return stage.all("aws:cloudwatch/logMetricFilter:LogMetricFilter").map(({ inputs }) => ({
    inputs,
    name: inputs.metricTransformation.name as string,
    lines: groups[inputs.logGroupName] ?? [],
  }));
}

/** What the stage's filters publish of these lines. */
export function publishedOf(stage: Stage, lines: LogLines): DataPoint[] {
  return filtersOf(stage, lines).flatMap(({ inputs, lines }) =>
    lines.flatMap((line) => publish(inputs, line) ?? []),
  );
}

/** That the metric exists: the stage's filters publish it of real lines, or AWS reports it of what the stage has. */
export function expectMetric(stage: Stage, metric: Metric, published: readonly DataPoint[]): void {
  const { namespace, metricName, dimensions = {} } = metric;
  if (!namespace.startsWith("AWS/")) {
    const wanted = { metric: `${namespace} ${metricName}`, dimensions };
    expect(published, `${JSON.stringify(wanted)} is published`).toContainEqual(
      expect.objectContaining(wanted),
    );
    return;
  }
  const names = awsMetrics[namespace]?.[Object.keys(dimensions).sort().join()] ?? [];
  expect(names, `${namespace} ${metricName} by ${Object.keys(dimensions)}`).toContain(metricName);
  const existing: Record<string, string[]> = {
    QueueName: [stage.eventQueue().name, stage.deadLetterQueue().name, stage.reminders().name],
    FunctionName: [stage.ingress().name, stage.worker().name],
    TableName: [stage.table().name],
    GlobalSecondaryIndexName: stage.table().globalSecondaryIndexes.map(({ name }: { name: string }) => name),
    Operation: operations,
  };
  for (const [dimension, value] of Object.entries(dimensions)) expect(existing[dimension]).toContain(value);
}
