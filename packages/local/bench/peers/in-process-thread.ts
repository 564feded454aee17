import { workerData } from "node:worker_threads";
import { SQSClient } from "@aws-sdk/client-sqs";
import { worker as settings } from "@henji/core/settings";
import { startEventSource } from "../../src/event-source.ts";
import { runThread } from "../../src/thread.ts";

export type WorkerData = {
  url: string;
  arn: string;
  timeoutMs: number;
  /** Of the handler. */
  file: string;
};

const { url, arn, timeoutMs, file } = workerData as WorkerData;

await runThread(async () => {
  const { handler } = await import(file);
  const source = startEventSource({
    ...{
      sqs: new SQSClient({ useQueueUrlAsEndpoint: false }),
      queueUrl: url,
      queueArn: arn,
      timeoutMs,
      handler,
    },
    batchSize: settings.batchSize,
    maximumConcurrency: settings.maximumConcurrency,
    log: { warn() {}, error() {} },
  });
  return { ready: undefined, stop: () => source.stop() };
});
