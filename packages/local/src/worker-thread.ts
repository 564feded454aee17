import { workerData } from "node:worker_threads";
import { logChannel } from "@henji/core/log";
import type { BotInUse } from "./bot-in-use.ts";
import { type RunWorkerOptions, runWorker } from "./run-worker.ts";
import { runThread } from "./thread.ts";

await runThread<BotInUse>(async (say) => {
  logChannel.subscribe(say);
  const eventSource = await runWorker(workerData as RunWorkerOptions);
  // The file that the handler has just loaded, whichever it was told to take.
  const { default: bot } = await import("../../../bot.config.ts");
  const { model, memory } = bot;
  return { ready: { model, memory }, stop: () => eventSource.stop() };
});
