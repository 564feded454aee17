import { type Batch, createHandleMessage, type MessageOptions } from "./handle.ts";
import { erasureOf } from "./platform/line/event.ts";
import { holdBatch } from "./queue/hold.ts";
import { inOrder } from "./queue/in-order.ts";
import { decodeJob } from "./queue/job.ts";
import type { Incoming } from "./queue/sqs.ts";
import { deadlines } from "./settings.ts";

export type WorkerOptions = MessageOptions;

/**
 * Works through a batch: chats side by side, a chat's messages one after another. All of them are held
 * while the worker lives. What is done is deleted at once and not when the slowest of the batch is; a
 * failed message comes back after its delay and holds back only its own chat.
 *
 * @param deadline when this invocation must be over, epoch milliseconds
 * @returns the ids of the messages that must come back
 */
export function createWorker(options: WorkerOptions) {
  const { inbox, clock, log } = options;
  const handle = createHandleMessage(options);

  return async (messages: readonly Incoming[], deadline: number): Promise<string[]> => {
    warnIfTooShort(deadline - clock.now());
    const batch = batchOf(messages, deadline);
    const hold = holdBatch(messages, { inbox, clock, log });
    const afterwards = new Map<string, () => Promise<void>>();
    const left = await inOrder(
      messages,
      ({ chatId }) => chatId,
      async (message) => {
        const verdict = await handle(message, batch);
        if (verdict.kind === "again") {
          await hold.giveBack([message], verdict.inS);
          return "stop";
        }
        hold.finish(message);
        // The last one of a chat knows what the earlier ones have left to do; what was taken away since is not noted.
        if (verdict.tookAway) afterwards.delete(message.chatId);
        if (verdict.after) afterwards.set(message.chatId, verdict.after);
        return "next";
      },
      async ({ done, untouched }) => {
        await hold.giveBack(untouched, 0);
        const after = done[0] && afterwards.get(done[0].chatId);
        if (!after) return;
        await hold.acknowledge();
        await after();
      },
    );
    // What is not in the table when the process is frozen may never be.
    const mayFlush = clock.now() + 2 * deadlines.tableMs < deadline;
    await Promise.all([hold.end(), mayFlush && options.cap?.flush()]);
    return left.map(({ messageId }) => messageId);
  };

  /** Such an invocation answers nothing, and without a word its messages would go round until SQS gives them up. */
  function warnIfTooShort(leftMs: number): void {
    const neededMs = deadlines.modelAtLeastMs + deadlines.reserveMs;
    if (leftMs < neededMs) log.error("invocation.too_short", { leftMs, neededMs });
  }
}

function batchOf(messages: readonly Incoming[], deadline: number): Batch {
  return {
    deadline,
    chats: new Set(messages.map(({ chatId }) => chatId)).size,
    unsent: new Set(messages.flatMap(({ body }) => unsentBy(body) ?? [])),
  };
}

/** LINE's id of the message that a job unsends. */
function unsentBy(body: string): string | undefined {
  if (!body.includes('"unsend"')) return undefined;
  try {
    const erasure = erasureOf(decodeJob(body).event);
    return erasure?.kind === "message" ? erasure.messageId : undefined;
  } catch {
    // Whoever takes the message will say so.
    return undefined;
  }
}
