import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import * as settings from "../../../packages/core/src/settings.ts";
import { root } from "../synth/template.ts";
import { expectWithin, type Stage } from "./stage.ts";

/** Alarms, and the metrics that are counted in the log. */
export function testAlarms(stage: Stage) {
  const alarm = (name: string) => stage.one("aws:cloudwatch/metricAlarm:MetricAlarm", name).inputs;

  test("fire for the first dead letter, for late answers and for a failed webhook", () => {
    expect(alarm("DeadLetters")).toMatchObject({
      namespace: "AWS/SQS",
      metricName: "ApproximateNumberOfMessagesVisible",
      dimensions: { QueueName: stage.deadLetterQueue().name },
      threshold: 0,
    });
    expect(alarm("OldestEvent")).toMatchObject({
      namespace: "AWS/SQS",
      metricName: "ApproximateAgeOfOldestMessage",
      dimensions: { QueueName: stage.eventQueue().name },
    });
    const { maxAttempts, delaysS, jitter } = settings.retry;
    const retriesS =
      maxAttempts * stage.worker().timeout + (1 + jitter) * delaysS.reduce((sum, s) => sum + s, 0);
    expectWithin(alarm("OldestEvent").threshold, retriesS, 15 * 60);
    expect(alarm("WebhookErrors")).toMatchObject({
      namespace: "AWS/Lambda",
      metricName: "Url5xxCount",
      dimensions: { FunctionName: stage.ingress().name },
      threshold: 0,
    });
  });

  test("count log lines that the code of the worker writes", () => {
    const filters = stage.all("aws:cloudwatch/logMetricFilter:LogMetricFilter").map(({ inputs }) => inputs);
    const names = filters.map(({ pattern }) => /name\\":\\"([a-z._]+)\\"/.exec(pattern)?.[1]);
    expect(names.sort()).toEqual([
      "bot.token_cap_reached",
      "chat.flooded",
      "job.parked",
      "line.breaker_opened",
      "model.breaker_opened",
    ]);
    for (const name of names) expect(source()).toContain(`"${name}"`);
    for (const { logGroupName } of filters) expect(logGroupName).toBe(`/aws/lambda/${stage.worker().name}`);
    const { namespace } = filters[0].metricTransformation;
    for (const name of ["ModelBreakerOpened", "LineBreakerOpened", "TokenCapReached"])
      expect(alarm(name)).toMatchObject({ namespace, metricName: name, threshold: 0 });
  });

  test("notify the operator's mailbox when they begin and when they end", () => {
    for (const { inputs } of stage.all("aws:cloudwatch/metricAlarm:MetricAlarm")) {
      expect(inputs).toMatchObject({
        comparisonOperator: "GreaterThanThreshold",
        period: 60,
        evaluationPeriods: 1,
        treatMissingData: "notBreaching",
        alarmActions: [stage.topicArn()],
        okActions: [stage.topicArn()],
      });
    }
    expect(stage.one("aws:sns/topicSubscription:TopicSubscription").inputs).toEqual({
      topic: stage.topicArn(),
      protocol: "email",
      endpoint: "operator@example.com",
    });
  });
}

/** The worker's source text. */
function source(): string {
  const core = join(root, "packages/core/src");
  const files = readdirSync(core, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".ts"),
  );
  return files.map((file) => readFileSync(join(core, file), "utf8")).join("\n");
}
