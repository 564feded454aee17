/// <reference path="../.sst/platform/config.d.ts" />
import * as settings from "../packages/core/src/settings.ts";
import { functionDefaults } from "./defaults";
import { eventQueue } from "./queue";
import { lineChannelSecret, lineChannelSecretPrevious } from "./secrets";

/** Receives LINE's webhook. Its only permission in AWS is to send to the queue. */
export const ingress = new sst.aws.Function("Ingress", {
  ...functionDefaults,
  handler: "packages/functions/src/ingress.handler",
  description: "LINE webhook: verify, enqueue, answer 200",
  // No IAM, since LINE cannot sign for it: LINE's own signature is checked instead. No CORS, since no browser calls.
  url: { authorization: "none", cors: false },
  timeout: `${settings.ingress.timeoutS} seconds`,
  memory: `${settings.ingress.memoryMb} MB`,
  link: [eventQueue, lineChannelSecret, lineChannelSecretPrevious],
  permissions: [{ actions: ["sqs:SendMessage"], resources: [eventQueue.arn] }],
});
