// The worker alone, as a process that can be killed. Its environment is the local system's.
import { SQSClient } from "@aws-sdk/client-sqs";
import { createLog } from "@henji/core/log";
import { deadlines, worker } from "@henji/core/settings";
import { startEventSource } from "../src/event-source.ts";
import { importWorker } from "../src/handlers.ts";

const [queueUrl = "", queueArn = "", botConfig] = process.argv.slice(2);

startEventSource({
  sqs: new SQSClient({ useQueueUrlAsEndpoint: false }),
  queueUrl,
  queueArn,
  handler: await importWorker(botConfig),
  batchSize: worker.batchSize,
  // The shortest with which a question is begun: a killed worker's lease runs as long.
  timeoutMs: deadlines.modelAtLeastMs + deadlines.reserveMs + 1_000,
  maximumConcurrency: worker.maximumConcurrency,
  log: createLog(),
});
