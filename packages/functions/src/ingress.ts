import { systemClock } from "@henji/core/clock";
import { createIngress } from "@henji/core/ingress";
import { createLog } from "@henji/core/log";
import { createQueueClient, createSender } from "@henji/core/queue/sqs";
import type { LambdaFunctionURLEvent, LambdaFunctionURLResult } from "aws-lambda";
import { logLevel } from "./environment.ts";
import { fromFunctionUrl, toFunctionUrl } from "./function-url.ts";
import { link } from "./links.ts";

const ingress = createIngress({
  channelSecret: link("LineChannelSecret"),
  queue: createSender(createQueueClient(), link("EventQueue")),
  clock: systemClock,
  log: createLog({ level: logLevel() }),
});

export async function handler(event: LambdaFunctionURLEvent): Promise<LambdaFunctionURLResult> {
  return toFunctionUrl(await ingress(fromFunctionUrl(event)));
}
