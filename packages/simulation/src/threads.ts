import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { Job, Report } from "./runner.ts";

export const cores = Math.max(1, availableParallelism());

/** Runs a job in a thread of its own, with its own copy of core. */
export function runJob(job: Job, onReport: (report: Report) => void): Promise<void> {
  const thread = new Worker(new URL("./runner.ts", import.meta.url), { workerData: job });
  return new Promise((resolve, reject) => {
    thread.on("message", onReport);
    thread.on("error", reject);
    thread.on("exit", () => resolve());
  });
}

/** Processes `items`, as many at a time as there are cores. */
export async function sideBySide<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const lane = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: cores }, lane));
}
