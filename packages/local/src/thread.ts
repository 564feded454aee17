import { once } from "node:events";
import { parentPort, Worker, type WorkerOptions } from "node:worker_threads";

export type Thread<Ready> = { ready: Ready; stop(): Promise<void> };

type Message<Ready> =
  | { type: "ready"; ready: Ready }
  | { type: "failed"; error: { name: string; message: string; code?: string; port?: number } }
  | { type: "said"; said: unknown };

/**
 * Starts a part of the system in a thread of its own; ready when its script says so.
 *
 * @param script calls {@link runThread}
 * @param onSaid hears what the script says later
 */
export async function startThread<Ready>(
  script: URL,
  options: WorkerOptions,
  onSaid: (said: unknown) => void = () => {},
): Promise<Thread<Ready>> {
  const thread = new Worker(script, options);
  const exited = once(thread, "exit");
  const { promise, resolve, reject } = Promise.withResolvers<Ready>();
  thread.on("error", reject);
  thread.on("message", (message: Message<Ready>) => {
    if (message.type === "ready") resolve(message.ready);
    if (message.type === "failed") reject(Object.assign(new Error(message.error.message), message.error));
    if (message.type === "said") onSaid(message.said);
  });
  const ready = await promise;
  // A part that dies later takes the system with it: half of it would only puzzle.
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

/** The thread's side: starts the part, and stops it when asked to. */
export async function runThread<Ready>(
  start: (say: (said: unknown) => void) => Promise<{ ready: Ready; stop(): Promise<void> }>,
): Promise<void> {
  const post = (message: Message<Ready>) => parentPort?.postMessage(message);
  try {
    const { ready, stop } = await start((said) => post({ type: "said", said }));
    parentPort?.once("message", async () => {
      await stop();
      process.exit();
    });
    post({ type: "ready", ready });
  } catch (cause) {
    // Of an error only these survive the crossing.
    const { name, message, code, port } = cause as Error & { code?: string; port?: number };
    const error = { name, message, ...(code && { code }), ...(port && { port }) };
    post({ type: "failed", error });
    process.exitCode = 1;
  }
}
