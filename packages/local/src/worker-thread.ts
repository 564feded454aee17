import { workerData } from "node:worker_threads";
import { logChannel } from "@henji/core/log";
import { type RunWorkerOptions, runWorker } from "./run-worker.ts";
import { runThread } from "./thread.ts";

await runThread(async (say) => {
  logChannel.subscribe(say);
  const eventSource = await runWorker(workerData as RunWorkerOptions);
  return { ready: undefined, stop: () => eventSource.stop() };
});
