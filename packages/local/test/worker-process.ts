// The worker alone, as a process that can be killed. Its environment is the local system's.
import { deadlines, retry } from "@henji/core/settings";
import { runWorker } from "../src/run-worker.ts";

const [queueUrl = "", queueArn = ""] = process.argv.slice(2);

// Nobody waits for a test to spread its crashes over a minute.
Object.assign(retry, { apartWithinS: 3 });

await runWorker({
  queueUrl,
  queueArn,
  // The shortest with which a question is begun: a killed worker's lease runs as long.
  timeoutMs: deadlines.modelAtLeastMs + deadlines.reserveMs + 1_000,
});
