import { createFold, type FoldOptions, type FoldTask } from "./context/fold.ts";
import { createHandle, type HandleOptions } from "./handle.ts";
import type { Batch } from "./held.ts";
import { type Working, workChannel } from "./log.ts";
import type { Platforms } from "./platform/platform.ts";
import { holdBatch } from "./queue/hold.ts";
import { inOrder } from "./queue/in-order.ts";
import type { Inbox, Incoming } from "./queue/sqs.ts";
import { type Received, receive } from "./receive.ts";
import { answerMs, deadlines } from "./settings.ts";

export type WorkerOptions = HandleOptions & FoldOptions & { platforms: Platforms; inbox: Inbox };

/**
 * Works through a batch: chats side by side, a chat's messages one after another. All of them are held
 * while the worker lives. What is done is deleted at once and not when the slowest of the batch is; a
 * failed message comes back after its delay and holds back only its own chat.
 *
 * @param deadline when this invocation must be over, epoch milliseconds
 * @returns the ids of the messages that must come back
 */
export function createWorker(options: WorkerOptions) {
  const { platforms, inbox, clock, log } = options;
  const handle = createHandle(options);
  const fold = createFold(options);

  return async (messages: readonly Incoming[], deadline: number): Promise<string[]> => {
    warnIfTooShort(deadline - clock.now());
    const all = messages.map((message) => receive(message, platforms));
    const batch = batchOf(all, deadline);
    const hold = holdBatch(messages, { inbox, clock, log });
    /** By chat. Its last message knows what the earlier ones have left to do. */
    const folds = new Map<string, { task: FoldTask; received: Received }>();
    const left = await inOrder(
      all,
      ({ message }) => message.chatId,
      async (received) => {
        const { message } = received;
        const verdict = await workingOn(received, () => handle(received, batch));
        if (verdict.kind === "retry") {
          await hold.giveBack([message], verdict.inS);
          return "stop";
        }
        hold.finish(message);
        if (verdict.next.kind === "skip_fold") folds.delete(message.chatId);
        if (verdict.next.kind === "fold") folds.set(message.chatId, { task: verdict.next.task, received });
        return "next";
      },
      async ({ done, untouched }) => {
        await hold.giveBack(
          untouched.map(({ message }) => message),
          0,
        );
        const due = done[0] && folds.get(done[0].message.chatId);
        if (!due) return;
        await hold.acknowledge();
        await workingOn(due.received, () => fold(due.task));
      },
    );
    // What is not in the table when the process is frozen may never be.
    const mayFlush = clock.now() + 2 * deadlines.tableMs < deadline;
    await Promise.all([hold.end(), mayFlush && options.cap?.flush()]);
    return left.map(({ message }) => message.messageId);
  };

  /** Such an invocation answers nothing, and without a word its messages would go round until SQS gives them up. */
  function warnIfTooShort(leftMs: number): void {
    const neededMs = answerMs(options.bot);
    if (leftMs < neededMs) log.error("invocation.too_short", { leftMs, neededMs });
  }
}

function workingOn<T>(received: Received, work: () => T): T {
  if (received.kind === "unreadable") return work();
  const { eventId } = received.inbound;
  return workChannel.runStores({ eventId } satisfies Working, work);
}

function batchOf(all: readonly Received[], deadline: number): Batch {
  return {
    deadline,
    chats: new Set(all.map(({ message }) => message.chatId)).size,
    unsent: all.flatMap((received) => unsentBy(received) ?? []),
  };
}

/** The message that an event unsends. */
function unsentBy(received: Received): Batch["unsent"][number] | undefined {
  if (received.kind === "unreadable" || received.inbound.kind !== "erasure") return undefined;
  const { erase } = received.inbound;
  return erase === "chat" ? undefined : { chatId: received.message.chatId, messageId: erase.messageId };
}
