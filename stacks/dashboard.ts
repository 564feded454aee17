/// <reference path="../.sst/platform/config.d.ts" />
import { worker as limits, metricNames } from "../packages/core/src/settings.ts";
import { alarms } from "./alarms";
import { stageName } from "./defaults";
import { ingress, slackIngress } from "./ingress";
import { namespace } from "./metrics";
import { deadLetterQueue, eventQueue, reminders } from "./queue";
import { conversations } from "./storage";
import { worker } from "./worker";

/** One line of a graph: a metric, or what is made of others by their ids. */
type Line = readonly unknown[];
type Shown = { label: string; stat?: string; id?: string; visible?: false; yAxis?: "right" };

const own = (metricName: string, shown: Shown): Line => [namespace, metricName, shown];
const sends = (route: "reply" | "push", label: string): Line => [
  ...[namespace, metricNames.sends, "by", route, { label, stat: "Sum" }],
];
const sqs = (queue: sst.aws.Queue, metricName: string, shown: Shown): Line => [
  ...["AWS/SQS", metricName, "QueueName", queue.nodes.queue.name, shown],
];
const lambda = (fn: sst.aws.Function, metricName: string, shown: Shown): Line => [
  ...["AWS/Lambda", metricName, "FunctionName", fn.name, shown],
];
const dynamo = (metricName: string, shown: Shown): Line => [
  ...["AWS/DynamoDB", metricName, "TableName", conversations.name, shown],
];
const made = (expression: string, shown?: Shown): Line => [{ expression, ...shown }];

const { region } = aws.getRegionOutput();

type Graph = {
  title: string;
  /** The axes' units. */
  left: string;
  right?: string;
  lines: Line[];
  stacked?: boolean;
  /** A value not to be passed. */
  limit?: { label: string; value: number };
  /** Default: five minutes. */
  periodS?: number;
};

const graph = ({ title, left, right, lines, stacked = false, limit, periodS = 300 }: Graph) => ({
  type: "metric",
  properties: {
    ...{ title, region, stacked, view: "timeSeries", period: periodS, stat: "Sum", metrics: lines },
    yAxis: {
      left: { label: left, min: 0, showUnits: false },
      ...(right && { right: { label: right, min: 0, showUnits: false } }),
    },
    ...(limit && { annotations: { horizontal: [limit] } }),
  },
});

const webhook = (title: string, label: string, givesUpMs: number, ingress: sst.aws.Function) =>
  graph({
    ...{ title, left: "ms", right: "requests", limit: { label, value: givesUpMs } },
    lines: [
      lambda(ingress, "UrlRequestLatency", { label: "p99", stat: "p99" }),
      lambda(ingress, "UrlRequestLatency", { label: "slowest", stat: "Maximum" }),
      lambda(ingress, "UrlRequestCount", { label: "requests", yAxis: "right" }),
      lambda(ingress, "Url4xxCount", { label: "4xx", yAxis: "right" }),
      lambda(ingress, "Url5xxCount", { label: "5xx", yAxis: "right" }),
    ],
  });

const lineTrouble = [
  own("LineBreakerOpened", { label: "LINE refuses the channel" }),
  own("QuotaLow", { label: "the month's pushes are nearly used up" }),
];

/** From what users see, over what they cost, to what carries it. Three in a row. */
const graphs = [
  graph({
    title: "Answers and notices sent: replies are free, pushes count",
    left: "messages",
    stacked: true,
    lines: [sends("reply", "replies"), sends("push", "pushes")],
  }),
  graph({
    title: "How long users wait, from the webhook to LINE's 200",
    left: "ms",
    lines: [
      ...["p50", "p90", "p99"].map((stat) => own(metricNames.waitMs, { label: stat, stat })),
      own("SlotWaitMs", { label: "of it for the model's limit, longest", stat: "Maximum" }),
    ],
  }),
  graph({
    title: "Where the time goes (nine of ten are quicker)",
    left: "ms",
    lines: [
      own("ClaimMs", { label: "claim", stat: "p90" }),
      own("ModelMs", { label: "model", stat: "p90" }),
      own("DeliveryMs", { label: "delivery", stat: "p90" }),
    ],
  }),

  graph({
    title: "Parked, by code",
    left: "messages",
    stacked: true,
    lines: [made(`SEARCH('{"${namespace}",code} MetricName="JobsParkedByCode"', 'Sum', 300)`)],
  }),
  graph({
    title: "Trouble that was dealt with",
    left: "times",
    lines: [
      own("JobsRetried", { label: "retries" }),
      own("ModelRateLimited", { label: "requests above the model's limit" }),
      own("TurnsPostponed", { label: "questions postponed for it" }),
      own("ChatsFlooded", { label: "messages of flooded chats" }),
      own("TurnsIsolated", { label: "isolated after crashes" }),
      ...(ingress ? [own("BadSignatures", { label: "bad signatures" })] : []),
      ...(slackIngress ? [own("SlackBadSignatures", { label: "bad signatures, Slack" })] : []),
    ],
  }),
  graph({
    title: "What nobody but you can mend",
    left: "times",
    lines: [
      own("ModelBreakerOpened", { label: "OpenAI refuses the account" }),
      ...(ingress ? lineTrouble : []),
      ...(slackIngress ? [own("SlackBreakerOpened", { label: "Slack refuses the app" })] : []),
      own("TokenCapReached", { label: "the bot's tokens of the day are used up" }),
      own("InvocationTooShort", { label: "invocations too short" }),
    ],
  }),

  graph({
    title: "Model cost an hour, answers and notes, at the prices of bot.config.ts",
    left: "US$",
    periodS: 3600,
    lines: [own("CostUsd", { label: "US$" })],
  }),
  graph({
    title: "Tokens, and the share of the input that came from the prompt cache",
    left: "tokens",
    right: "%",
    lines: [
      own("InputTokens", { label: "input", id: "input" }),
      own("OutputTokens", { label: "output" }),
      own("CachedTokens", { label: "cached", id: "cached", visible: false }),
      made("100 * cached / input", { label: "cached %", id: "share", yAxis: "right" }),
    ],
  }),
  graph({
    title: "The table: units, and throttles",
    left: "units",
    right: "throttles",
    lines: [
      dynamo("ConsumedReadCapacityUnits", { label: "read units" }),
      dynamo("ConsumedWriteCapacityUnits", { label: "write units" }),
      dynamo("ReadThrottleEvents", { label: "reads throttled", yAxis: "right" }),
      dynamo("WriteThrottleEvents", { label: "writes throttled", yAxis: "right" }),
    ],
  }),

  graph({
    title: "The event queue, and the reminders of answers that wait",
    left: "messages",
    right: "s",
    lines: [
      sqs(eventQueue, "ApproximateNumberOfMessagesVisible", { label: "waiting", stat: "Maximum" }),
      sqs(eventQueue, "ApproximateNumberOfMessagesNotVisible", { label: "in work", stat: "Maximum" }),
      sqs(eventQueue, "ApproximateAgeOfOldestMessage", {
        ...{ label: "age of the oldest", stat: "Maximum", yAxis: "right" },
      }),
      sqs(reminders, "ApproximateNumberOfMessagesDelayed", { label: "reminders to come", stat: "Maximum" }),
      sqs(reminders, "ApproximateNumberOfMessagesVisible", { label: "reminders due", stat: "Maximum" }),
    ],
  }),
  graph({
    title: "The dead-letter queue: SQS deletes a letter after 14 days",
    left: "letters",
    right: "s",
    lines: [
      sqs(deadLetterQueue, "ApproximateNumberOfMessagesVisible", { label: "letters", stat: "Maximum" }),
      sqs(deadLetterQueue, "ApproximateAgeOfOldestMessage", {
        ...{ label: "age of the oldest", stat: "Maximum", yAxis: "right" },
      }),
    ],
  }),
  ...(ingress ? [webhook("The webhook: LINE gives up after 2 s", "LINE gives up", 2_000, ingress)] : []),
  ...(slackIngress
    ? [webhook("Slack's webhook: Slack gives up after 3 s", "Slack gives up", 3_000, slackIngress)]
    : []),

  graph({
    title: "The worker's invocations",
    left: "times",
    lines: [
      lambda(worker, "Invocations", { label: "invocations" }),
      lambda(worker, "Errors", { label: "crashes and time-outs" }),
      lambda(worker, "Throttles", { label: "throttles" }),
    ],
  }),
  graph({
    title: "Workers at once",
    left: "workers",
    limit: { label: "the most there are", value: limits.maximumConcurrency },
    lines: [lambda(worker, "ConcurrentExecutions", { label: "workers", stat: "Maximum" })],
  }),
  graph({
    title: "How long the worker's invocations take",
    left: "ms",
    limit: { label: "time-out", value: limits.timeoutS * 1000 },
    lines: [
      lambda(worker, "Duration", { label: "p90", stat: "p90" }),
      lambda(worker, "Duration", { label: "longest", stat: "Maximum" }),
    ],
  }),
];

/** The grid is 24 wide. */
const size = { width: 8, height: 6 };
const alarmsHeight = 3;

new aws.cloudwatch.Dashboard("Dashboard", {
  dashboardName: stageName("Dashboard"),
  dashboardBody: $jsonStringify({
    widgets: [
      {
        ...{ type: "alarm", x: 0, y: 0, width: 24, height: alarmsHeight },
        properties: { title: "Alarms", alarms: alarms.map(({ arn }) => arn) },
      },
      ...graphs.map((widget, index) => ({
        ...widget,
        ...{ x: (index % 3) * size.width, y: alarmsHeight + Math.floor(index / 3) * size.height, ...size },
      })),
    ],
  }),
});
