import { elapsed } from "./clock.ts";
import { toBotError } from "./error.ts";
import { erasureOf } from "./line/event.ts";
import { type Batch, createHandleMessage, type MessageOptions } from "./message.ts";
import { inOrder } from "./queue/in-order.ts";
import { decodeJob } from "./queue/job.ts";
import type { Incoming } from "./queue/sqs.ts";
import { freeEarlyMs } from "./settings.ts";

export type WorkerOptions = MessageOptions;

/**
 * Works through a batch: chats side by side, a chat's messages one after another. A chat that is
 * done is freed, not held until the slowest of its batch is; a failed message comes back
 * after its delay and holds back only its own chat.
 *
 * @returns the ids of the messages that must come back
 */
export function createWorker(options: WorkerOptions) {
  const { inbox, clock, log } = options;
  const handle = createHandleMessage(options);

  return async (messages: readonly Incoming[], deadline: number): Promise<string[]> => {
    const over = Promise.withResolvers<void>();
    const chats = new Set(messages.map(({ chatId }) => chatId)).size;
    const batch = { deadline, chats, unsent: new Set(messages.flatMap(({ body }) => unsentBy(body) ?? [])) };
    const afterwards = new Map<string, () => Promise<void>>();
    let running = chats;
    const left = await inOrder(
      messages,
      ({ chatId }) => chatId,
      (message) => settle(message, batch, afterwards),
      async ({ done, untouched }) => {
        await hide(untouched, 0);
        const after = done[0] && afterwards.get(done[0].chatId);
        if (after) {
          await free(done);
          await after();
        }
        running -= 1;
        if (running === 0) over.resolve();
        if (after) return;
        await Promise.race([over.promise, elapsed(clock, freeEarlyMs)]);
        if (running > 0) await free(done);
      },
    );
    return left.map(({ messageId }) => messageId);
  };

  async function settle(
    message: Incoming,
    batch: Batch,
    afterwards: Map<string, () => Promise<void>>,
  ): Promise<"next" | "stop"> {
    const verdict = await handle(message, batch);
    // The last one of a chat knows what the earlier ones have left to do; what was taken away since is not noted.
    if (verdict.kind === "done" && verdict.tookAway) afterwards.delete(message.chatId);
    if (verdict.kind === "done" && verdict.after) afterwards.set(message.chatId, verdict.after);
    if (verdict.kind === "done") return "next";
    await hide([message], verdict.inS);
    return "stop";
  }

  /** If it fails, the queue's own visibility time-out brings the messages back, later. */
  async function hide(messages: readonly Incoming[], delayS: number): Promise<void> {
    if (messages.length === 0) return;
    try {
      await inbox.hide(messages, delayS);
    } catch (error) {
      log.warn("queue.not_hidden", { code: toBotError(error).code });
    }
  }

  /** Frees a chat while others of its batch still wait. If it fails, Lambda deletes the messages with the batch. */
  async function free(done: readonly Incoming[]): Promise<void> {
    if (done.length === 0) return;
    try {
      await inbox.delete(done);
    } catch (error) {
      log.warn("queue.not_deleted", { code: toBotError(error).code });
    }
  }
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
