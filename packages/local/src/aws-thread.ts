import { mkdirSync } from "node:fs";
import { workerData } from "node:worker_threads";
import dynalite from "dynalite";
import type { AwsEndpoints, AwsOptions } from "./aws.ts";
import { buildFauxqs } from "./fauxqs.ts";
import { listen } from "./listen.ts";
import { portOf } from "./port.ts";
import { runThread } from "./thread.ts";

const { sqsPort, dynamodbPort, sqsDirectory, dynamodbDirectory } = workerData as AwsOptions;

await runThread<AwsEndpoints>(async () => {
  const fauxqs = await buildFauxqs(sqsDirectory);
  await fauxqs.listen({ port: sqsPort, host: "127.0.0.1" });
  if (dynamodbDirectory) mkdirSync(dynamodbDirectory, { recursive: true });
  const server = dynalite({ createTableMs: 0, ...(dynamodbDirectory && { path: dynamodbDirectory }) });
  const table = await listen(server, dynamodbPort);
  return {
    ready: { sqs: `http://127.0.0.1:${portOf(fauxqs.server)}`, dynamodb: table.url },
    async stop() {
      await table.close();
      await fauxqs.close();
    },
  };
});
