/// <reference path="../.sst/platform/config.d.ts" />
import { stageName } from "./defaults";
import { allLogs, workerLogs } from "./logs";

/** A saved query of CloudWatch Logs Insights; what stands in capitals is to be replaced. */
const query = (
  name: string,
  title: string,
  lines: string[],
  logs: aws.cloudwatch.LogGroup[] = [workerLogs],
) =>
  new aws.cloudwatch.QueryDefinition(`${name}Query`, {
    // The console makes a folder of what is before the slash.
    name: `${stageName("queries")}/${title}`,
    logGroupNames: logs.map((group) => group.name),
    queryString: lines.join("\n| "),
  });

query(
  "OneEvent",
  "One event, through both functions",
  [
    "fields @timestamp, level, name, attempts, code, reason, inS, ms, by, waitMs, requestId",
    'filter eventId = "EVENT-ID"',
    "sort @timestamp asc",
    "limit 1000",
  ],
  allLogs,
);

query(
  "OneChat",
  "One chat, by its hash",
  [
    "fields @timestamp, level, name, eventId, attempts, code, reason, by, waitMs",
    'filter chat = "CHAT-HASH"',
    "sort @timestamp asc",
    "limit 1000",
  ],
  allLogs,
);

query("SlowestAnswers", "Slowest answers", [
  "fields @timestamp, eventId, chat, waitMs, ms, by, resumed",
  'filter name = "turn.delivered"',
  "sort waitMs desc",
  "limit 50",
]);

query("ParkedByCode", "Parked, by code", [
  'filter name = "job.parked"',
  "stats count(*) as parked, count_distinct(chat) as chats, latest(reason) as lastReason, latest(eventId) as lastEvent, max(@timestamp) as lastAt by code",
  "sort parked desc",
]);

query("RetriedByCode", "Retried, by code", [
  'filter name = "job.retry"',
  "stats count(*) as retries, count_distinct(eventId) as events, latest(reason) as lastReason, max(@timestamp) as lastAt by code",
  "sort retries desc",
]);

query(
  "Warnings",
  "Warnings and errors, by name",
  [
    'filter level in ["warn", "error"]',
    "stats count(*) as lines, latest(eventId) as lastEvent, max(@timestamp) as lastAt by level, name, code",
    "sort lines desc",
  ],
  allLogs,
);

query("CostByChat", "Model cost, by chat", [
  "filter ispresent(costUsd)",
  "stats sum(costUsd) as dollars, sum(inputTokens) as input, sum(cachedTokens) as cached, sum(outputTokens) as output by chat",
  "sort dollars desc",
  "limit 50",
]);

query(
  "Invocations",
  "Cold starts, durations and memory, by hour",
  [
    'filter @type = "REPORT"',
    "stats count(*) as invocations, count(@initDuration) as coldStarts, pct(@duration, 99) as p99Ms, max(@duration) as longestMs, max(@maxMemoryUsed / 1000 / 1000) as mostMb by @log, bin(1h)",
  ],
  allLogs,
);

query("Crashes", "Crashes and time-outs", [
  "fields @timestamp, @message",
  "filter @message like /Task timed out|Runtime exited|Runtime.ExitError|Uncaught Exception/",
  "sort @timestamp desc",
  "limit 100",
]);
