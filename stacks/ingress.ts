/// <reference path="../.sst/platform/config.d.ts" />
import { capacity } from "../packages/core/src/capacity.ts";
import * as settings from "../packages/core/src/settings.ts";
import { functionDefaults } from "./defaults";
import { ingressLogs, logging, slackIngressLogs } from "./logs";
import { eventQueue } from "./queue";
import { lineSecrets, slackSecrets } from "./secrets";

type IngressArgs = {
  /** The file of its handler. */
  file: string;
  description: string;
  logs: aws.cloudwatch.LogGroup;
  secrets: sst.Secret[];
};

const { reservedConcurrency } = capacity.ingress;

/** Receives a platform's webhook. Its only permissions in AWS are to send to the queue and to write its log. */
const ingressOf = (name: string, { file, description, logs, secrets }: IngressArgs) =>
  new sst.aws.Function(name, {
    ...functionDefaults,
    handler: `packages/functions/src/${file}.handler`,
    description,
    // No IAM, since no platform signs for it: its own signature is checked instead. No CORS, since no browser calls.
    url: { authorization: "none", cors: false },
    timeout: `${settings.ingress.timeoutS} seconds`,
    memory: `${settings.ingress.memoryMb} MB`,
    ...(reservedConcurrency !== undefined && { concurrency: { reserved: reservedConcurrency } }),
    logging: { ...functionDefaults.logging, logGroup: logs.name },
    link: [eventQueue, ...secrets],
    permissions: [{ actions: ["sqs:SendMessage"], resources: [eventQueue.arn] }, logging(logs)],
  });

export const ingress =
  lineSecrets && ingressLogs
    ? ingressOf("Ingress", {
        file: "ingress",
        description: "LINE webhook: verify, enqueue, answer 200",
        logs: ingressLogs,
        secrets: [lineSecrets.channelSecret, lineSecrets.channelSecretPrevious],
      })
    : undefined;

export const slackIngress =
  slackSecrets && slackIngressLogs
    ? ingressOf("SlackIngress", {
        file: "slack-ingress",
        description: "Slack events: verify, enqueue, answer 200",
        logs: slackIngressLogs,
        secrets: [slackSecrets.signingSecret],
      })
    : undefined;
