import { mkdirSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import dynalite from "dynalite";
import type { AwsOptions } from "./aws.ts";
import { buildFauxqs } from "./fauxqs.ts";
import { listen } from "./listen.ts";
import { portOf } from "./port.ts";

const { sqsPort, dynamodbPort, sqsDirectory, dynamodbDirectory } = workerData as AwsOptions;

try {
  const fauxqs = await buildFauxqs(sqsDirectory);
  await fauxqs.listen({ port: sqsPort, host: "127.0.0.1" });
  if (dynamodbDirectory) mkdirSync(dynamodbDirectory, { recursive: true });
  const server = dynalite({ createTableMs: 0, ...(dynamodbDirectory && { path: dynamodbDirectory }) });
  const table = await listen(server, dynamodbPort);

  parentPort?.once("message", async () => {
    await table.close();
    await fauxqs.close();
    process.exit();
  });
  parentPort?.postMessage({ sqs: `http://127.0.0.1:${portOf(fauxqs.server)}`, dynamodb: table.url });
} catch (error) {
  // An error's code and port do not survive the crossing by themselves.
  const { message, code, port } = error as Error & { code?: string; port?: number };
  parentPort?.postMessage({ error: { message, code, port } });
  process.exitCode = 1;
}
