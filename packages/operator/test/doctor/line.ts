import { type Broken, deploy } from "./broken.ts";

const answer = (reason: string) => ({
  kind: "status" as const,
  status: 200,
  body: { success: false, timestamp: "2026-11-20T00:00:00Z", statusCode: 0, reason, detail: "x" },
});
const timedOut = answer("REQUEST_TIMEOUT");
const unclassified = answer("UNCLASSIFIED");

/** The LINE channel and its webhook. */
export const brokenLine: readonly Broken[] = [
  [
    "a token that LINE does not accept",
    (w) => (w.links.LineChannelAccessToken!.value = "old"),
    "channel access token",
    /does not accept it/,
    /sst secret set LineChannelAccessToken --stage test/,
  ],
  [
    "a webhook that goes elsewhere",
    (w) => (w.links.Ingress!.url = "https://new.test/"),
    "webhook",
    /elsewhere: to https:\/\/ingress/,
    /^if that .*npx sst shell --stage test -- npm run henji -- connect --replace$/,
  ],
  [
    "Use webhook switched off",
    (w) => w.line.useWebhook(false),
    "webhook",
    /Use webhook is off/,
    /developers\.line\.biz\/console/,
  ],
  [
    "no webhook URL",
    (w) => w.line.faults.add({ on: "webhook-endpoint", fault: { kind: "status", status: 404 } }),
    "webhook",
    /no webhook URL/,
    /henji -- connect$/,
  ],
  [
    "a channel secret of another channel",
    (w) => (w.webhookAnswers = 401),
    "webhook test",
    /answered 401: its channel secret is not that of the token's channel/,
    /sst secret set LineChannelSecret/,
  ],
  [
    "a webhook that fails",
    (w) => (w.webhookAnswers = 502),
    "webhook test",
    /answered 502: it failed/,
    /log of Ingress/,
  ],
  [
    "a webhook that is not there",
    (w) => (w.webhookAnswers = 404),
    "webhook test",
    /nothing at this URL/,
    deploy,
  ],
  [
    "a webhook that is not public",
    (w) => (w.webhookAnswers = 403),
    "webhook test",
    /403: the function's URL is not public/,
    deploy,
  ],
  [
    "a webhook that is another server",
    (w) => (w.webhookAnswers = 204),
    "webhook test",
    /204, not 200/,
    deploy,
  ],
  [
    "a webhook that LINE does not reach",
    (w) => w.line.faults.add({ on: "webhook", fault: { kind: "drop-request" } }),
    "webhook test",
    /could not connect/,
    deploy,
  ],
  [
    "a webhook that is too slow",
    (w) => w.line.faults.add({ on: "webhook-test", fault: timedOut }),
    "webhook test",
    /within LINE's two seconds/,
    /first start/,
  ],
  [
    "a failure that LINE does not classify",
    (w) => w.line.faults.add({ on: "webhook-test", fault: unclassified }),
    "webhook test",
    /LINE says UNCLASSIFIED: x/,
    /check-webhook-error-statistics/,
  ],
  [
    "a month's quota that is used up",
    (w) =>
      w.line.faults.add({
        on: "consumption",
        fault: { kind: "status", status: 200, body: { totalUsage: 200 } },
      }),
    "push quota",
    /200 of 200 used this month$/,
    /larger plan; .*late answers wait/,
  ],
  [
    "a month's quota that is nearly used up",
    (w) =>
      w.line.faults.add({
        on: "consumption",
        fault: { kind: "status", status: 200, body: { totalUsage: 190 } },
      }),
    "push quota",
    /190 of 200 used this month: the rest is kept/,
    /late answers wait/,
  ],
];
