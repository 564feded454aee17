/// <reference path="../.sst/platform/config.d.ts" />
import * as settings from "../packages/core/src/settings.ts";
import { functionDefaults } from "./defaults";
import { ingressLogs, logging } from "./logs";
import { eventQueue } from "./queue";
import { lineChannelSecret, lineChannelSecretPrevious } from "./secrets";

/** Receives LINE's webhook. Its only permissions in AWS are to send to the queue and to write its log. */
export const ingress = new sst.aws.Function("Ingress", {
  ...functionDefaults,
  handler: "packages/functions/src/ingress.handler",
  description: "LINE webhook: verify, enqueue, answer 200",
  // No IAM, since LINE cannot sign for it: LINE's own signature is checked instead. No CORS, since no browser calls.
  url: { authorization: "none", cors: false },
  timeout: `${settings.ingress.timeoutS} seconds`,
  memory: `${settings.ingress.memoryMb} MB`,
  logging: { ...functionDefaults.logging, logGroup: ingressLogs.name },
  link: [eventQueue, lineChannelSecret, lineChannelSecretPrevious],
  permissions: [{ actions: ["sqs:SendMessage"], resources: [eventQueue.arn] }, logging(ingressLogs)],
});
