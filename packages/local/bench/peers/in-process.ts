// A peer as the local system runs Henji: its webhook in this process, its worker in a thread.
import { join } from "node:path";
import { startThread } from "../../src/thread.ts";
import { baseline, type Contestant, contestants } from "./contestants.ts";
import type { WorkerData } from "./in-process-thread.ts";
import { type StandIns, startStandIns } from "./stand-ins.ts";

const root = join(import.meta.dirname, "../../../..");

export type InProcess = Pick<StandIns, "line" | "model" | "modelTakes" | "stop">;

/**
 * Starts the usual queue worker, and has it answer once: the AWS SDK reads the environment with its first call, and
 * what is started after this one may change it.
 */
export async function startQueueWorker(): Promise<InProcess> {
  const contestant: Contestant = contestants.find(({ name }) => name === baseline)!;
  const standIns = await startStandIns(contestant, async (event) =>
    (await import("./enqueue.ts")).handler(event),
  );
  const { environment, queues, timeoutMs } = standIns;
  Object.assign(process.env, environment);
  const workerData: WorkerData = { ...queues[0]!, timeoutMs, file: join(root, `${contestant.worker}.ts`) };
  const worker = await startThread(new URL("./in-process-thread.ts", import.meta.url), {
    workerData,
    env: { ...process.env, ...environment },
  });
  const { line } = standIns;
  const { userId: from } = line.addUser({ name: "First" });
  const answered = Promise.withResolvers<void>();
  const unsubscribe = line.subscribe((change) => {
    if (change.type === "message" && change.entry.by !== "user") answered.resolve();
  });
  await line.deliver([line.say({ from, text: "hello" })]);
  await answered.promise;
  unsubscribe();
  return {
    ...standIns,
    async stop() {
      await worker.stop();
      await standIns.stop();
    },
  };
}
