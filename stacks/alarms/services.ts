/// <reference path="../../.sst/platform/config.d.ts" />
import { table } from "../../packages/core/src/settings.ts";
import { isOn } from "../platforms";
import { conversations } from "../storage";
import { alarm, counted } from "./alarm";

const dynamo = (metricName: string, dimensions: Record<string, string> = {}) => ({
  ...{ namespace: "AWS/DynamoDB", metricName, statistic: "Sum" as const },
  dimensions: { TableName: conversations.name, ...dimensions },
});

const systemErrors = (Operation: string) => dynamo("SystemErrors", { Operation });

const lineAccount = () => [
  alarm("LineBreakerOpened", {
    says: "LINE refuses the channel: with a dead access token messages are parked without an apology; with the month's quota used up, late answers wait for their users.",
    watches: counted("LineBreakerOpened"),
    above: 0,
    periodS: 60,
    kind: "event",
  }),

  alarm("QuotaLow", {
    says: "The month's pushes are nearly used up, and the rest is kept: late answers wait for their users' next messages.",
    watches: counted("QuotaLow"),
    // Each worker process that is about to push logs it once a day.
    above: 0,
    periodS: 60,
    kind: "event",
  }),
];

/** What the functions depend on. */
export const serviceAlarms = [
  alarm("ModelBreakerOpened", {
    says: "OpenAI refuses the account (no credit, dead key, unknown model): every message gets an apology until this is fixed.",
    watches: counted("ModelBreakerOpened"),
    // Each worker process logs it once, and not again while it lasts.
    above: 0,
    periodS: 60,
    kind: "event",
  }),

  ...(isOn("line") ? lineAccount() : []),

  alarm("TokenCapReached", {
    says: "All users together have used limits.totalDailyTokens: nobody is answered until midnight of timeZone.",
    watches: counted("TokenCapReached"),
    // Each worker process logs it once a day.
    above: 0,
    periodS: 60,
    kind: "event",
  }),

  alarm("TableThrottled", {
    says: "DynamoDB throttles the table, for more than the moment that it takes to adapt. Answers are late.",
    watches: {
      // A throttle is only reported when there is one; SUM passes over what is missing.
      expression: "SUM(METRICS())",
      of: {
        reads: dynamo("ReadThrottleEvents"),
        writes: dynamo("WriteThrottleEvents"),
        indexWrites: dynamo("WriteThrottleEvents", { GlobalSecondaryIndexName: table.index.name }),
      },
    },
    above: 0,
    // A table on demand throttles for a moment when its traffic doubles, and the SDK's retry hides it.
    periodS: 300,
    periods: [2, 3],
    kind: "state",
  }),

  alarm("TableErrors", {
    says: "DynamoDB answers with errors of its own. Messages are retried; nothing is parked for this.",
    watches: {
      expression: "SUM(METRICS())",
      of: {
        gets: systemErrors("GetItem"),
        puts: systemErrors("PutItem"),
        updates: systemErrors("UpdateItem"),
        queries: systemErrors("Query"),
      },
    },
    // One in a while is retried by the SDK.
    above: 5,
    periodS: 300,
    kind: "state",
  }),
];
