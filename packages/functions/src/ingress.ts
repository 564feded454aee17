import { systemClock } from "@henji/core/clock";
import { createIngress } from "@henji/core/ingress";
import { createLog } from "@henji/core/log";
import { createLineWebhook } from "@henji/core/platform/line/webhook";
import { createQueueClient, createSender } from "@henji/core/queue/sqs";
import { logLevel } from "./environment.ts";
import { functionUrlHandler } from "./function-url.ts";
import { link, optionalLink } from "./links.ts";
import { writeLine } from "./stdout.ts";

const log = createLog({ level: logLevel(), write: writeLine });

const ingress = createIngress({
  webhook: createLineWebhook({
    channelSecret: link("LineChannelSecret"),
    previousChannelSecret: optionalLink("LineChannelSecretPrevious"),
  }),
  queue: createSender(createQueueClient(), link("EventQueue")),
  clock: systemClock,
  log,
});

export const handler = functionUrlHandler(ingress);
