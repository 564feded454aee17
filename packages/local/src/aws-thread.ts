import { mkdirSync } from "node:fs";
import { workerData } from "node:worker_threads";
import { listen } from "@henji/loopback";
import dynalite from "dynalite";
import type { AwsEndpoints, AwsOptions } from "./aws.ts";
import { startOnLoopback } from "./fauxqs.ts";
import { runThread } from "./thread.ts";

const { sqsPort = 0, dynamodbPort = 0, sqsDirectory, dynamodbDirectory } = workerData as AwsOptions;

await runThread<AwsEndpoints>(async () => {
  const fauxqs = await startOnLoopback(sqsPort, sqsDirectory);
  if (dynamodbDirectory) mkdirSync(dynamodbDirectory, { recursive: true });
  const server = dynalite({ createTableMs: 0, ...(dynamodbDirectory && { path: dynamodbDirectory }) });
  const table = await listen(server, dynamodbPort);
  return {
    ready: { sqs: `http://127.0.0.1:${fauxqs.port}`, dynamodb: table.url },
    async stop() {
      await table.close();
      await fauxqs.stop();
    },
  };
});
