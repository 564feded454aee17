/// <reference path="../../.sst/platform/config.d.ts" />
import { ingress, slackIngress } from "../ingress";
import { alarm, counted } from "./alarm";
import { lambda } from "./worker";

const lineAlarms = (ingress: sst.aws.Function) => [
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

const slackAlarms = (ingress: sst.aws.Function) => [
  alarm("SlackWebhookErrors", {
    says: "Slack's webhook answered 5xx. Slack sends those events three times more within six minutes, and later only with Delayed Events.",
    watches: lambda(ingress, "Url5xxCount", "Sum"),
    above: 0,
    periodS: 60,
    kind: "state",
  }),

  alarm("SlackWebhookSlow", {
    says: "Slack's webhook took more than 2.7 s. After 3 s Slack gives up and sends the event again.",
    watches: lambda(ingress, "UrlRequestLatency", "Maximum"),
    above: 2_700,
    periodS: 300,
    periods: [2, 3],
    kind: "state",
  }),

  alarm("SlackWebhookThrottled", {
    says: "Lambda refused to run Slack's webhook: the account's concurrency is used up.",
    watches: lambda(ingress, "Throttles", "Sum"),
    above: 0,
    periodS: 60,
    kind: "state",
  }),

  alarm("SlackBadSignatures", {
    says: "Events came with a signature that is not Slack's: was the signing secret changed? Then no message arrives.",
    watches: counted("SlackBadSignatures"),
    // After a change each message brings four. One or two may be anybody's experiment.
    above: 2,
    periodS: 900,
    kind: "state",
  }),

  alarm("SlackBreakerOpened", {
    says: "Slack refuses the app: its token is dead, or a scope is missing. Messages are parked without an apology.",
    watches: counted("SlackBreakerOpened"),
    above: 0,
    periodS: 60,
    kind: "event",
  }),
];

/** What receives messages, for each platform that the bot is on. */
export const webhookAlarms = [
  ...(ingress ? lineAlarms(ingress) : []),
  ...(slackIngress ? slackAlarms(slackIngress) : []),
];
