import { replayOf } from "@henji/core/dead-letter/replay";
import type { Check } from "./check.ts";
import type { Faults } from "./faults.ts";
import type { QueuedMessage } from "./fifo-queue.ts";
import type { History } from "./history.ts";
import type { Plan } from "./plan.ts";
import type { MemoryQueue } from "./queue.ts";
import type { Scheduler } from "./scheduler.ts";

export type OperatorOptions = {
  plan: Plan;
  scheduler: Scheduler;
  faults: Faults;
  check: Check;
  history: History;
  queue: MemoryQueue;
};

export type Operator = {
  /** Replays all jobs that can be replayed, and returns their number. */
  replay(): number;
};

/** How often the dead letters are replayed while there is trouble. */
const MOST_REPLAYS = 3;

/**
 * An operator who replays everything but `delivery.unclear`, where a replay could answer twice, and
 * unreadable jobs. A job is put on the queue before it leaves the dead letters.
 */
export function startOperator({ plan, scheduler, faults, check, history, queue }: OperatorOptions): Operator {
  function canReplay({ reason, body }: QueuedMessage): boolean {
    return reason?.code !== "delivery.unclear" && reason?.code !== "job.unreadable" && body !== "{";
  }

  function replayOne(job: QueuedMessage): void {
    const { chatId, body, messageId, reason } = job;
    const replay = replayOf({ chatId, body }, messageId);
    const eventId = replay.eventId.split("-")[0]!;
    const moves = plan.operator?.moves && reason !== undefined;
    history.note("operator", moves ? "moves it back" : "replays", { chatId, eventId });
    check.replayed(eventId);
    if (moves) queue.main.send({ ...job, deduplicationId: `moved-${messageId}` });
    else queue.main.send({ chatId, deduplicationId: replay.eventId, body: replay.body });
    if (!faults.chance(plan.operator?.dies ?? 0)) queue.deadLetters.discard(messageId);
  }

  function replay(): number {
    const jobs = queue.deadLetters.messages().filter(canReplay);
    for (const job of jobs) replayOne(job);
    return jobs.length;
  }

  let rounds = 0;
  function look(): void {
    if (!faults.areOn() || rounds >= MOST_REPLAYS) return;
    rounds += 1;
    replay();
    wait();
  }
  function wait(): void {
    const { everyMs } = plan.operator ?? {};
    if (everyMs !== undefined) scheduler.after(everyMs, look);
  }
  wait();

  return { replay };
}
