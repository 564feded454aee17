import { createReplay } from "@henji/core/dead-letter/replay";
import { reader as line } from "@henji/core/platform/line/reader";
import { reader as slack } from "@henji/core/platform/slack/reader";
import { decodeJob } from "@henji/core/queue/job";
import type { Sender } from "@henji/core/queue/sqs";
import { deadLetterQueue as settings } from "@henji/core/settings";
import type { Check } from "./check.ts";
import type { Faults } from "./faults.ts";
import type { QueuedMessage } from "./fifo-queue.ts";
import type { History } from "./history.ts";
import type { Plan } from "./plan.ts";
import { createProcess } from "./process.ts";
import type { MemoryQueue } from "./queue.ts";
import type { Random } from "./random.ts";
import type { Scheduler } from "./scheduler.ts";
import type { MemoryTable } from "./table.ts";

export type OperatorOptions = {
  plan: Plan;
  scheduler: Scheduler;
  random: Random;
  faults: Faults;
  check: Check;
  history: History;
  queue: MemoryQueue;
  table: MemoryTable;
};

export type Operator = {
  /** The last replay, after all trouble: until everything that can be replayed is on the queue. */
  replayAll(): Promise<void>;
};

/** How often the dead letters are replayed while there is trouble. */
const MOST_REPLAYS = 3;

/** From one message to the next. */
const EVERY_MS = 200;

/** By now the letters that a dead command has hidden are visible again. */
export const visibleAgainMs = settings.hiddenS * 1000 + 1_000;

/**
 * An operator at the command line: core's replay, in a process that may die at any call. Some move jobs back with
 * the AWS console instead: all but `delivery.unclear`, which would be parked again.
 */
export function startOperator(options: OperatorOptions): Operator {
  const { plan, scheduler, random, faults, check, history, queue, table } = options;
  let sessions = 0;
  let rounds = 0;

  async function replay(): Promise<void> {
    sessions += 1;
    const process = createProcess({
      name: `operator${sessions}`,
      scheduler,
      skewMs: random.int(-plan.process.skewMs, plan.process.skewMs),
      fateOf: () =>
        faults.chance(plan.operator?.dies ?? 0) ? random.pick(["dies_before", "dies_after"]) : "lives",
      onDeath: (cause) => history.note("operator", `dies ${cause}`, {}),
    });
    const run = createReplay({
      queue: process.port("letters", queue.deadLetterQueue),
      register: process.port("register", table.register),
      sender: process.port("sender", watched(queue.sender)),
      readers: { line, slack },
      clock: process.clock,
    });
    const force = plan.operator?.forces ?? false;
    const replaying = run({ select: () => true, force, everyMs: EVERY_MS });
    // While SQS or the table is down, the command ends with an error.
    await Promise.race([replaying, process.died]).catch(() => {});
  }

  function watched(sender: Sender): Sender {
    return {
      send(messages, signal) {
        for (const { body, chatId } of messages) {
          const { eventId, replay } = decodeJob(body);
          history.note("operator", replay?.force ? "replays by force" : "replays", { chatId, eventId });
          check.replayed(eventId, replay!);
        }
        return sender.send(messages, signal);
      },
    };
  }

  function move(): void {
    for (const message of queue.deadLetters.messages().filter(mayMove)) {
      const { chatId, body, messageId } = message;
      const { eventId } = decodeJob(body);
      history.note("operator", "moves it back", { chatId, eventId });
      check.replayed(eventId, { id: messageId, force: false });
      queue.main.send({ ...message, deduplicationId: `moved-${messageId}` });
      queue.deadLetters.discard(messageId);
    }
  }

  function look(): void {
    if (!faults.areOn() || rounds >= MOST_REPLAYS) return;
    rounds += 1;
    if (plan.operator?.moves) move();
    else void replay();
    wait();
  }
  function wait(): void {
    const { everyMs } = plan.operator ?? {};
    if (everyMs !== undefined) scheduler.after(everyMs, look);
  }
  wait();

  return {
    async replayAll() {
      if (plan.operator?.moves) move();
      else await replay();
    },
  };
}

function mayMove({ reason, body }: QueuedMessage): boolean {
  return (
    reason !== undefined &&
    reason.code !== "delivery.unclear" &&
    reason.code !== "job.unreadable" &&
    body !== "{"
  );
}
