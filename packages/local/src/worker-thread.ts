import { workerData } from "node:worker_threads";
import { type BotInUse, inUse } from "./bot-in-use.ts";
import { loadBot } from "./load-bot.ts";
import { type RunWorkerOptions, runWorker } from "./run-worker.ts";
import { runThread } from "./thread.ts";
import { watchWorker } from "./watch-worker.ts";

await runThread<BotInUse>(async (post) => {
  watchWorker(post);
  const eventSource = await runWorker(workerData as RunWorkerOptions);
  return { ready: inUse(await loadBot()), stop: () => eventSource.stop() };
});
