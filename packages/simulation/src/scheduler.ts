import type { Clock } from "@henji/core/clock";

/** Virtual time: everything in a simulated run waits for this alone. */
export type Scheduler = Clock & {
  /** Runs something later, and returns a function that cancels it. */
  after(ms: number, run: () => void): () => void;
  sleep(ms: number): Promise<void>;
  /** Lets time pass to `until`, or until `done` returns true. */
  run(until: number, done: () => boolean): Promise<void>;
};

/** In milliseconds. */
export const minutes = (n: number) => n * 60_000;

type Timer = { at: number; sequence: number; run: (() => void) | undefined };

/**
 * One timer at a time, in order of due time, then of creation. All microtasks run between two timers, so
 * what one timer starts is over before the next one fires. This makes a run repeatable, together with the
 * rule that nothing reads real time or real random numbers.
 */
export function createScheduler(startAt: number): Scheduler {
  let now = startAt;
  let sequence = 0;
  const timers: Timer[] = [];

  function after(ms: number, run: () => void): () => void {
    // Whole milliseconds, as Date.now() has them.
    const timer: Timer = { at: now + Math.max(0, Math.ceil(ms)), sequence: sequence++, run };
    push(timers, timer);
    return () => {
      timer.run = undefined;
    };
  }

  return {
    now: () => now,
    after,
    sleep: (ms) => new Promise((resolve) => after(ms, resolve)),
    timeout(ms) {
      const controller = new AbortController();
      after(ms, () => controller.abort(new DOMException("The operation timed out", "TimeoutError")));
      return controller.signal;
    },
    async run(until, done) {
      await settled();
      while (!done()) {
        const timer = timers[0];
        if (!timer || timer.at > until) {
          now = until;
          break;
        }
        pop(timers);
        if (!timer.run) continue;
        now = timer.at;
        timer.run();
        await settled();
      }
    },
  };
}

/** A macrotask: Node runs it when no microtask is left. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

const isBefore = (a: Timer, b: Timer) => a.at < b.at || (a.at === b.at && a.sequence < b.sequence);

/** A binary heap: the earliest timer is first. */
function push(heap: Timer[], timer: Timer): void {
  let index = heap.push(timer) - 1;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    if (!isBefore(timer, heap[parent]!)) break;
    heap[index] = heap[parent]!;
    index = parent;
  }
  heap[index] = timer;
}

function pop(heap: Timer[]): void {
  const last = heap.pop()!;
  if (heap.length === 0) return;
  let index = 0;
  for (;;) {
    let child = 2 * index + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
    if (!isBefore(heap[child]!, last)) break;
    heap[index] = heap[child]!;
    index = child;
  }
  heap[index] = last;
}
