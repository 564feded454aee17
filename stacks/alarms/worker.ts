/// <reference path="../../.sst/platform/config.d.ts" />
import * as settings from "../../packages/core/src/settings.ts";
import { worker } from "../worker";
import { alarm, counted } from "./alarm";

export const lambda = (fn: sst.aws.Function, metricName: string, statistic: "Maximum" | "Sum") => ({
  ...{ namespace: "AWS/Lambda", metricName, statistic },
  dimensions: { FunctionName: fn.name },
});

/** The worker. */
export const workerAlarms = [
  alarm("WorkerErrors", {
    says: "Invocations of the worker crashed or ran into their time-out. Each delays its chats by half a minute.",
    watches: lambda(worker, "Errors", "Sum"),
    // The worker reports failed messages one by one; an error is a process that died.
    above: 0,
    periodS: 300,
    kind: "state",
  }),

  alarm("WorkerNearTimeout", {
    says: "An invocation of the worker took more than 90 % of its time-out: a model or a service is very slow.",
    watches: lambda(worker, "Duration", "Maximum"),
    // Claim, model and delivery have deadlines whose sum is below the time-out; few invocations come near it.
    above: 0.9 * settings.worker.timeoutS * 1000,
    periodS: 300,
    kind: "event",
  }),

  alarm("WorkerThrottled", {
    says: "Lambda refused to run the worker: the account's concurrency is used up. Answers are late.",
    watches: lambda(worker, "Throttles", "Sum"),
    above: 0,
    periodS: 300,
    kind: "state",
  }),

  alarm("InvocationTooShort", {
    says: "The worker's time-out is too low: invocations have too little time to ask the model, and answer nothing.",
    watches: counted("InvocationTooShort"),
    above: 0,
    periodS: 300,
    kind: "state",
  }),
];
