/// <reference path="../.sst/platform/config.d.ts" />
import { retry, worker } from "../packages/core/src/settings.ts";
import { stageName } from "./defaults";
import { ingress } from "./ingress";
import { deadLetterQueue, eventQueue } from "./queue";
import { worker as workerFunction } from "./worker";

/**
 * Where the alarms go. Anything can subscribe to it; `ALARM_EMAIL=you@example.com`
 * in the environment of each deployment subscribes a mailbox.
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

/** The longest that one job may keep its chat waiting by itself: every attempt to its time-out, and the waits between. */
const longestJobS =
  retry.maxAttempts * worker.timeoutS + (1 + retry.jitter) * retry.delaysS.reduce((sum, s) => sum + s, 0);

type Watch = Pick<aws.cloudwatch.MetricAlarmArgs, "namespace" | "metricName" | "dimensions"> & {
  says: string;
  above: number;
  statistic: "Maximum" | "Sum";
};

/** Rings when the metric is above `above` for a minute (the finest that SQS and Lambda report), and says when it is over. */
const alarm = (name: string, { says, above, ...metric }: Watch) =>
  new aws.cloudwatch.MetricAlarm(`${name}Alarm`, {
    name: stageName(name),
    alarmDescription: says,
    ...metric,
    comparisonOperator: "GreaterThanThreshold",
    threshold: above,
    period: 60,
    evaluationPeriods: 1,
    // A queue without traffic reports nothing, and that is fine.
    treatMissingData: "notBreaching",
    alarmActions: [alarmTopic.arn],
    okActions: [alarmTopic.arn],
  });

alarm("DeadLetters", {
  says: "Messages were given up on. Look at the dead-letter queue: each carries its reason.",
  namespace: "AWS/SQS",
  metricName: "ApproximateNumberOfMessagesVisible",
  dimensions: { QueueName: deadLetterQueue.nodes.queue.name },
  statistic: "Maximum",
  // The first one matters: somebody got an apology instead of an answer.
  above: 0,
});

alarm("OldestEvent", {
  says: "Answers are late beyond what retries explain: is the worker crashing or throttled, or the model down?",
  namespace: "AWS/SQS",
  metricName: "ApproximateAgeOfOldestMessage",
  dimensions: { QueueName: eventQueue.nodes.queue.name },
  statistic: "Maximum",
  above: longestJobS,
});

alarm("WebhookErrors", {
  says: "The webhook answered 5xx. LINE sends those events again only if redelivery is switched on.",
  namespace: "AWS/Lambda",
  metricName: "Url5xxCount",
  dimensions: { FunctionName: ingress.name },
  statistic: "Sum",
  // Every one of them is a message that may never come again.
  above: 0,
});

const namespace = `henji/${$app.stage}`;

/** Counts log lines by their name: a metric without a call from the functions. */
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
  says: "OpenAI refuses the account (no credit, dead key, unknown model): every message gets an apology until it is mended.",
  namespace,
  metricName: "ModelBreakerOpened",
  statistic: "Sum",
  above: 0,
});

alarm("LineBreakerOpened", {
  says: "LINE refuses the channel (dead access token, or the month's quota is used up): messages are parked without an apology until it is mended.",
  namespace,
  metricName: "LineBreakerOpened",
  statistic: "Sum",
  above: 0,
});

alarm("TokenCapReached", {
  says: "All users together have used limits.totalDailyTokens: nobody is answered until midnight of timeZone.",
  namespace,
  metricName: "TokenCapReached",
  statistic: "Sum",
  // Every worker process says it once a day.
  above: 0,
});
