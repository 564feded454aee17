/// <reference path="../.sst/platform/config.d.ts" />
import { retry, worker } from "../packages/core/src/settings.ts";
import { stageName } from "./defaults";
import { ingress } from "./ingress";
import { deadLetterQueue, eventQueue } from "./queue";
import { worker as workerFunction } from "./worker";

/**
 * Receives the alarms. Anything can subscribe to it; `ALARM_EMAIL=you@example.com` in the environment of
 * each deployment subscribes a mailbox.
 */
export const alarmTopic = new sst.aws.SnsTopic("Alarms");

const email = process.env.ALARM_EMAIL;
if (email) {
  new aws.sns.TopicSubscription("AlarmEmail", {
    topic: alarmTopic.arn,
    protocol: "email",
    endpoint: email,
  });
}

/** The longest time that one job can block its chat: every attempt until its time-out, and the waits between. */
const longestJobS =
  retry.maxAttempts * worker.timeoutS + (1 + retry.jitter) * retry.delaysS.reduce((sum, s) => sum + s, 0);

type AlarmOptions = Pick<aws.cloudwatch.MetricAlarmArgs, "namespace" | "metricName" | "dimensions"> & {
  description: string;
  threshold: number;
  statistic: "Maximum" | "Sum";
};

/** Notifies when the metric is above the threshold for a minute (the finest that SQS and Lambda report), and when it is back to normal. */
const alarm = (name: string, { description, threshold, ...metric }: AlarmOptions) =>
  new aws.cloudwatch.MetricAlarm(`${name}Alarm`, {
    name: stageName(name),
    alarmDescription: description,
    ...metric,
    comparisonOperator: "GreaterThanThreshold",
    threshold,
    period: 60,
    evaluationPeriods: 1,
    // A queue without traffic reports nothing, and that is fine.
    treatMissingData: "notBreaching",
    alarmActions: [alarmTopic.arn],
    okActions: [alarmTopic.arn],
  });

alarm("DeadLetters", {
  description: "Messages were parked. Look at the dead-letter queue: each message has its reason.",
  namespace: "AWS/SQS",
  metricName: "ApproximateNumberOfMessagesVisible",
  dimensions: { QueueName: deadLetterQueue.nodes.queue.name },
  statistic: "Maximum",
  // One is enough: a user got an apology instead of an answer.
  threshold: 0,
});

alarm("OldestEvent", {
  description:
    "Answers are late beyond what retries explain: is the worker crashing or throttled, or the model down?",
  namespace: "AWS/SQS",
  metricName: "ApproximateAgeOfOldestMessage",
  dimensions: { QueueName: eventQueue.nodes.queue.name },
  statistic: "Maximum",
  threshold: longestJobS,
});

alarm("WebhookErrors", {
  description: "The webhook answered 5xx. LINE sends those events again only if redelivery is switched on.",
  namespace: "AWS/Lambda",
  metricName: "Url5xxCount",
  dimensions: { FunctionName: ingress.name },
  statistic: "Sum",
  // Each is a message that LINE may never send again.
  threshold: 0,
});

const namespace = `henji/${$app.stage}`;

/** Counts log lines by their name: a metric without an API call from the functions. */
const count = (metricName: string, logName: string) =>
  new aws.cloudwatch.LogMetricFilter(`${metricName}Count`, {
    name: stageName(`${metricName}Count`),
    logGroupName: $interpolate`${workerFunction.nodes.logGroup.apply((group) => group?.name)}`,
    pattern: `"\\"name\\":\\"${logName}\\""`,
    metricTransformation: { namespace, name: metricName, value: "1", defaultValue: "0" },
  });

count("JobsParked", "job.parked");
count("ChatsFlooded", "chat.flooded");
count("ModelBreakerOpened", "model.breaker_opened");
count("TokenCapReached", "bot.token_cap_reached");
count("LineBreakerOpened", "line.breaker_opened");

alarm("ModelBreakerOpened", {
  description:
    "OpenAI refuses the account (no credit, dead key, unknown model): every message gets an apology until this is fixed.",
  namespace,
  metricName: "ModelBreakerOpened",
  statistic: "Sum",
  threshold: 0,
});

alarm("LineBreakerOpened", {
  description:
    "LINE refuses the channel (dead access token, or the month's quota is used up): messages are parked without an apology until this is fixed.",
  namespace,
  metricName: "LineBreakerOpened",
  statistic: "Sum",
  threshold: 0,
});

alarm("TokenCapReached", {
  description:
    "All users together have used limits.totalDailyTokens: nobody is answered until midnight of timeZone.",
  namespace,
  metricName: "TokenCapReached",
  statistic: "Sum",
  // Every worker process logs it once a day.
  threshold: 0,
});
