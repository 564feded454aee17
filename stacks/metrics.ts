/// <reference path="../.sst/platform/config.d.ts" />
import { metricNames } from "../packages/core/src/settings.ts";
import { stageName } from "./defaults";
import { ingressLogs, slackIngressLogs, workerLogs } from "./logs";

/** Of the stage's own metrics. */
export const namespace = `henji/${$app.stage}`;

/** For the operator's `watch`, which reads them. */
new sst.Linkable("Metrics", { properties: { namespace } });

type Filter = {
  /** The names of the lines that it reads. */
  lines: string[];
  /** A field of the line. Default: 1 for each line. */
  value?: `$.${string}`;
  unit: "Count" | "Milliseconds" | "None";
  /** A metric for each value of this field, so it must have few. */
  by?: string;
  logs?: aws.cloudwatch.LogGroup;
};

/**
 * Makes a metric of log lines: without a client, and without a call from the functions.
 *
 * No default value of 0: a custom metric is paid for only in hours in which it has a value ($0.30 for a whole month of
 * them), so what counts rare events costs nothing while they do not happen.
 */
function metric(name: string, { lines, value, unit, by, logs = workerLogs }: Filter) {
  const named = lines.map((line) => `($.name = "${line}")`).join(" || ");
  new aws.cloudwatch.LogMetricFilter(`${name}Metric`, {
    name: stageName(name),
    logGroupName: logs.name,
    pattern: `{ ${named} }`,
    metricTransformation: {
      ...{ namespace, name, unit, value: value ?? "1" },
      ...(by && { dimensions: { [by]: `$.${by}` } }),
    },
  });
}

const count = (name: string, line: string, others: Pick<Filter, "by" | "logs"> = {}) =>
  metric(name, { lines: [line], unit: "Count", ...others });

const duration = (name: string, line: string, field: string) =>
  metric(name, { lines: [line], value: `$.${field}`, unit: "Milliseconds" });

// The ten that a stage pays for as long as it is used: $3 a month.
count(metricNames.sends, "turn.delivered", { by: "by" }); // reply or push: two metrics
duration("ClaimMs", "turn.claimed", "ms");
duration("ModelMs", "model.answered", "ms");
duration("DeliveryMs", "turn.delivered", "ms");
duration(metricNames.waitMs, "turn.delivered", "waitMs"); // the user's, from the webhook to LINE's 200
/** Lines of what a model was paid for: answers, and notes. A fold that took no notes has neither tokens nor cost. */
const paid = ["model.answered", "window.folded"];
metric("InputTokens", { lines: paid, value: "$.inputTokens", unit: "Count" });
metric("CachedTokens", { lines: paid, value: "$.cachedTokens", unit: "Count" });
metric("OutputTokens", { lines: paid, value: "$.outputTokens", unit: "Count" });
metric("CostUsd", { lines: paid, value: "$.costUsd", unit: "None" });

// What should be rare.
count("JobsParked", "job.parked"); // for the alarm, which cannot add up dimensions
count("JobsParkedByCode", "job.parked", { by: "code" }); // some 30 codes, of which few ever occur
count("JobsRetried", "job.retry");
count("ChatsFlooded", "chat.flooded");
count("ModelRateLimited", "model.rate_limited"); // requests
count("TurnsPostponed", "turn.postponed"); // questions that went back to the queue for it, each time
duration("SlotWaitMs", "model.slot_taken", "waitMs"); // how long the model's limit holds a question up
count("TurnsIsolated", "turn.isolated"); // a worker died twice with this message
count("ModelBreakerOpened", "model.breaker_opened");
count("TokenCapReached", "bot.token_cap_reached");
count("InvocationTooShort", "invocation.too_short");
if (ingressLogs) {
  count("LineBreakerOpened", "line.breaker_opened");
  count("QuotaLow", "line.quota_low");
  count("BadSignatures", "webhook.bad_signature", { logs: ingressLogs });
}
if (slackIngressLogs) {
  count("SlackBreakerOpened", "slack.breaker_opened");
  count("SlackBadSignatures", "webhook.bad_signature", { logs: slackIngressLogs });
}
