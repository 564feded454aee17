import { systemClock as clock } from "@henji/core/clock";
import { createIngress } from "@henji/core/ingress";
import { createLog } from "@henji/core/log";
import { createSlackWebhook } from "@henji/core/platform/slack/webhook";
import { createQueueClient, createSender } from "@henji/core/queue/sqs";
import { logLevel } from "./environment.ts";
import { functionUrlHandler } from "./function-url.ts";
import { link } from "./links.ts";
import { writeLine } from "./stdout.ts";

const log = createLog({ level: logLevel(), write: writeLine });

const ingress = createIngress({
  webhook: createSlackWebhook({ signingSecret: link("SlackSigningSecret"), clock }),
  queue: createSender(createQueueClient(), link("EventQueue")),
  clock,
  log,
});

export const handler = functionUrlHandler(ingress);
