/// <reference path="../../.sst/platform/config.d.ts" />
import * as settings from "../../packages/core/src/settings.ts";
import { ingress } from "../ingress";
import { worker } from "../worker";
import { alarm, counted } from "./alarm";

const lambda = (fn: sst.aws.Function, metricName: string, statistic: "Maximum" | "Sum") => ({
  ...{ namespace: "AWS/Lambda", metricName, statistic },
  dimensions: { FunctionName: fn.name },
});

/** The two functions. */
export const functionAlarms = [
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

  alarm("WebhookErrors", {
    says: "The webhook answered 5xx. LINE sends those events again only if redelivery is switched on.",
    watches: lambda(ingress, "Url5xxCount", "Sum"),
    // Each is a message that LINE may never send again.
    above: 0,
    periodS: 60,
    kind: "state",
  }),

  alarm("WebhookSlow", {
    says: "The webhook took more than 1.8 s. After 2 s LINE gives up and sends the event again, or not at all.",
    watches: lambda(ingress, "UrlRequestLatency", "Maximum"),
    above: 1_800,
    // A single slow one (a cold start on a bad day) is still put on the queue: it rings if that goes on.
    periodS: 300,
    periods: [2, 3],
    kind: "state",
  }),

  alarm("WebhookThrottled", {
    says: "Lambda refused to run the webhook: the account's concurrency is used up. LINE may not send those events again.",
    watches: lambda(ingress, "Throttles", "Sum"),
    above: 0,
    periodS: 60,
    kind: "state",
  }),

  alarm("BadSignatures", {
    says: "Webhooks came with a signature that is not LINE's: was the channel secret changed? Then no message arrives.",
    watches: counted("BadSignatures"),
    // After a change each message brings one, and each redelivery of it. One or two may be anybody's experiment.
    above: 2,
    periodS: 900,
    kind: "state",
  }),
];
