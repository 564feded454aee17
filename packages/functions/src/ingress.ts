import { SQSClient } from "@aws-sdk/client-sqs";
import { systemClock } from "@henji/core/clock";
import { createIngress } from "@henji/core/ingress";
import { createLog } from "@henji/core/log";
import { createSender, queueClientOptions } from "@henji/core/queue/sqs";
import type { LambdaFunctionURLEvent, LambdaFunctionURLResult } from "aws-lambda";
import { logLevel } from "./environment.ts";
import { fromFunctionUrl, toFunctionUrl } from "./function-url.ts";
import { link } from "./links.ts";

const ingress = createIngress({
  channelSecret: link("LineChannelSecret"),
  queue: createSender(new SQSClient(queueClientOptions), link("EventQueue")),
  clock: systemClock,
  log: createLog({ level: logLevel() }),
});

export async function handler(event: LambdaFunctionURLEvent): Promise<LambdaFunctionURLResult> {
  return toFunctionUrl(await ingress(fromFunctionUrl(event)));
}
