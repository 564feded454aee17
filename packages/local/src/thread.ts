import { once } from "node:events";
import { parentPort, Worker, type WorkerOptions } from "node:worker_threads";

export type Thread<Ready> = { ready: Ready; stop(): Promise<void> };

type Message<Ready> =
  | { type: "ready"; ready: Ready }
  | { type: "failed"; error: { name: string; message: string; code?: string; port?: number } }
  | { type: "posted"; message: unknown };

/**
 * Starts a part of the system in a thread of its own, and waits until it is ready.
 *
 * @param script calls {@link runThread}
 * @param onMessage called with each message that the script posts
 */
export async function startThread<Ready>(
  script: URL,
  options: WorkerOptions,
  onMessage: (message: unknown) => void = () => {},
): Promise<Thread<Ready>> {
  const thread = new Worker(script, options);
  const exited = once(thread, "exit");
  const { promise, resolve, reject } = Promise.withResolvers<Ready>();
  thread.on("error", reject);
  thread.on("message", (message: Message<Ready>) => {
    if (message.type === "ready") resolve(message.ready);
    if (message.type === "failed") reject(Object.assign(new Error(message.error.message), message.error));
    if (message.type === "posted") onMessage(message.message);
  });
  const ready = await promise;
  // A part that fails later ends the whole process: half a system would only confuse.
  thread.on("error", (error) => {
    throw error;
  });
  return {
    ready,
    async stop() {
      thread.postMessage("stop");
      await exited;
    },
  };
}

/** The thread's side: starts the part, and stops it on request. */
export async function runThread<Ready>(
  start: (post: (message: unknown) => void) => Promise<{ ready: Ready; stop(): Promise<void> }>,
): Promise<void> {
  const send = (message: Message<Ready>) => parentPort?.postMessage(message);
  try {
    const { ready, stop } = await start((message) => send({ type: "posted", message }));
    parentPort?.once("message", async () => {
      await stop();
      process.exit();
    });
    send({ type: "ready", ready });
  } catch (cause) {
    // A structured clone of an error keeps only some of these.
    const { name, message, code, port } = cause as Error & { code?: string; port?: number };
    const error = { name, message, ...(code && { code }), ...(port && { port }) };
    send({ type: "failed", error });
    process.exitCode = 1;
  }
}
