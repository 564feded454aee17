import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { SQSClient } from "@aws-sdk/client-sqs";
import { createLog } from "@henji/core/log";
import { worker as settings } from "@henji/core/settings";
import { startEventSource } from "../../src/event-source.ts";
import type { EventHandler } from "../../src/lambda-invoke.ts";
import type { Local } from "../../src/start.ts";
import { linksOf } from "../support.ts";
import type { Reply, Request } from "./process.ts";

export type KillableWorker = {
  /** Of the process; nothing until its first batch. */
  pid(): number | undefined;
  /** Kills the process, whatever it is doing. The next batch starts a new one. */
  kill(): Promise<void>;
  stop(): Promise<void>;
};

export type ProcessOptions = {
  /** What it runs. Default: `process.ts`. */
  file?: string;
  /** Options of Node. */
  execArgv?: string[];
  /** Called with the id of each process that is started. */
  onStart?: (pid: number) => void;
};

/**
 * Runs the worker in its own process, with an event source outside of it, as on Lambda: when the process is
 * killed, its batch has failed, and the next batch starts a new process.
 *
 * @param holds `short`: messages of a killed worker are visible again after 6 s instead of 30 s
 */
export function startKillableWorker(
  local: Local,
  holds: "short" | "real",
  { file = join(import.meta.dirname, "process.ts"), execArgv = [], onStart }: ProcessOptions = {},
): KillableWorker {
  let running: ChildProcess | undefined;
  let invocations = 0;

  function start(): ChildProcess {
    const child = fork(file, [holds], { env: { ...process.env, ...local.environment }, execArgv });
    onStart?.(child.pid!);
    child.setMaxListeners(50);
    return child;
  }

  const handler: EventHandler = (event, context) => {
    running ??= start();
    const child = running;
    invocations += 1;
    const id = invocations;
    const request: Request = { id, event, deadline: Date.now() + context.getRemainingTimeInMillis() };
    return new Promise((resolve, reject) => {
      const died = () => reject(new Error("the process died"));
      child.once("exit", died);
      child.on("message", function answered(reply: Reply) {
        if (reply.id !== id) return;
        child.off("message", answered);
        child.off("exit", died);
        if (reply.error === undefined) resolve(reply.response);
        else reject(new Error(reply.error));
      });
      child.send(request);
    });
  };

  const sqs = new SQSClient({ useQueueUrlAsEndpoint: false });
  const source = startEventSource({
    sqs,
    handler,
    queueUrl: linksOf(local).EventQueue!.url!,
    queueArn: "arn:aws:sqs:ap-northeast-1:000000000000:EventQueue.fifo",
    batchSize: settings.batchSize,
    timeoutMs: settings.timeoutS * 1000,
    maximumConcurrency: settings.maximumConcurrency,
    log: createLog({ write: () => {} }),
  });

  async function kill(): Promise<void> {
    const child = running;
    running = undefined;
    if (!child || child.exitCode !== null) return;
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
  }

  return {
    pid: () => running?.pid,
    kill,
    async stop() {
      await source.stop();
      await kill();
      sqs.destroy();
    },
  };
}
