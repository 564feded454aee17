import type { Incoming } from "@henji/core/queue/sqs";
import type { Process } from "./process.ts";
import type { MemoryQueue } from "./queue.ts";
import type { Scheduler } from "./scheduler.ts";

export type Invocation = { process: Process; failed: Promise<string[]> };

/** How a batch ended. What the function returned counts only for `returned`. */
export type BatchEnd = "returned" | "died" | "timed_out" | "threw" | "malformed" | "response_lost";

/** Faults of Lambda. */
export type EventSourceFaults = {
  /** Milliseconds until the messages of a throttled batch become visible. */
  throttledMs(): number | undefined;
  responseLost(): boolean;
  deleteFails(): boolean;
  /** A process that has timed out continues, and its result is ignored. */
  outlives(): boolean;
  /** Most messages of one group in one receive. */
  maxOfGroup(): number;
  pollMs(): number;
};

export type EventSourceOptions = {
  scheduler: Scheduler;
  queue: MemoryQueue;
  batchSize: number;
  maximumConcurrency: number;
  timeoutMs: number;
  invoke: (batch: readonly Incoming[]) => Invocation;
  faults: EventSourceFaults;
  onEnd: (end: BatchEnd, batch: readonly Incoming[], failed: readonly string[], process: Process) => void;
  onThrottled: (batch: readonly Incoming[]) => void;
};

export type EventSource = {
  /** The queue has changed. */
  poke(): void;
  running(): number;
};

/** Lambda's SQS event source: it passes batches to the function and deletes what is not reported as failed. */
export function createEventSource(options: EventSourceOptions): EventSource {
  const { scheduler, queue, faults, onEnd } = options;
  let running = 0;
  let pollAt: number | undefined;
  let callOff = () => {};

  function pollWithin(ms: number): void {
    const at = scheduler.now() + ms;
    if (pollAt !== undefined && pollAt <= at) return;
    callOff();
    pollAt = at;
    callOff = scheduler.after(ms, poll);
  }

  function poll(): void {
    pollAt = undefined;
    while (running < options.maximumConcurrency) {
      const batch = queue.receive(options.batchSize, faults.maxOfGroup());
      if (batch.length === 0) break;
      start(batch);
    }
    const returnsAt = queue.main.nextReturnAt();
    if (returnsAt !== undefined) pollWithin(returnsAt - scheduler.now());
  }

  function start(batch: Incoming[]): void {
    const throttledMs = faults.throttledMs();
    if (throttledMs !== undefined) {
      options.onThrottled(batch);
      for (const { receiptHandle } of batch) queue.main.changeVisibility(receiptHandle, throttledMs / 1000);
      return;
    }
    running += 1;
    void run(batch).finally(() => {
      running -= 1;
      pollWithin(faults.pollMs());
    });
  }

  async function run(batch: Incoming[]): Promise<void> {
    const { process, failed } = options.invoke(batch);
    const timeOut = Promise.withResolvers<[BatchEnd, string[]]>();
    const stopWatch = scheduler.after(options.timeoutMs, () => {
      timeOut.resolve(["timed_out", []]);
      if (!faults.outlives()) process.kill("of its time-out");
    });
    const [end, ids] = await Promise.race([
      timeOut.promise,
      process.died.then((): [BatchEnd, string[]] => ["died", []]),
      failed.then(
        (ids): [BatchEnd, string[]] => ["returned", ids],
        (): [BatchEnd, string[]] => ["threw", []],
      ),
    ]);
    stopWatch();
    const judged = end === "returned" ? judge(batch, ids) : end;
    onEnd(judged, batch, ids, process);
    if (judged === "returned") acknowledge(batch.filter(({ messageId }) => !ids.includes(messageId)));
  }

  /** One identifier that is not of this batch makes the whole response invalid. */
  function judge(batch: readonly Incoming[], ids: readonly string[]): BatchEnd {
    if (ids.some((id) => !batch.some(({ messageId }) => messageId === id))) return "malformed";
    return faults.responseLost() ? "response_lost" : "returned";
  }

  function acknowledge(messages: readonly Incoming[]): void {
    for (const { receiptHandle } of messages) {
      if (!faults.deleteFails()) queue.main.remove(receiptHandle);
    }
  }

  return { poke: () => pollWithin(faults.pollMs()), running: () => running };
}
