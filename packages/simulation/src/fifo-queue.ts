import type { Clock } from "@henji/core/clock";
import type { ParkReason } from "@henji/core/queue/sqs";

/** SQS: a FIFO queue accepts a deduplication id once in five minutes. */
const DEDUPLICATION_MS = 5 * 60_000;

export type NewMessage = { chatId: string; deduplicationId: string; body: string; reason?: ParkReason };

export type QueuedMessage = NewMessage & {
  messageId: string;
  /** Position in the queue. */
  sequence: number;
  /** Epoch milliseconds. */
  sentAt: number;
  receiveCount: number;
  /** Epoch milliseconds; until then it is in flight. */
  visibleAt: number;
  /** Of the last receive: the only one that is accepted. */
  receiptHandle: string;
};

export type FifoQueueOptions = {
  clock: Pick<Clock, "now">;
  visibilityTimeoutS: number;
  /** Received more often than this, a message goes to `deadLetters`. */
  maxReceiveCount?: number;
  deadLetters?: FifoQueue;
  watch?: Partial<QueueWatch>;
};

export type QueueWatch = {
  sent(message: QueuedMessage): void;
  received(message: QueuedMessage): void;
  /** `next` is now first in its group. */
  removed(message: QueuedMessage, next: QueuedMessage | undefined): void;
  redriven(message: QueuedMessage): void;
  /** A worker has changed its visibility. */
  hidden(message: QueuedMessage, delayS: number): void;
  /** A message may have become available, or will at another time than before. */
  changed(): void;
};

export type FifoQueue = {
  /** @returns nothing for a duplicate */
  send(message: NewMessage): QueuedMessage | undefined;
  /** At most `max` messages, at most `maxOfGroup` of one group, none of a group that has one in flight. */
  receive(max: number, maxOfGroup?: number, forS?: number): QueuedMessage[];
  /** @returns false for a stale receipt handle; true for a message that is deleted already */
  remove(receiptHandle: string): boolean;
  /** @returns false for a stale receipt handle or a message that is not in flight */
  changeVisibility(receiptHandle: string, delayS: number): boolean;
  isFirst(message: QueuedMessage): boolean;
  /** Deletes a message by its id, as moving it to another queue does. */
  discard(messageId: string): void;
  /** In the order of the queue. */
  messages(): QueuedMessage[];
  /** When the next message in flight becomes visible, epoch milliseconds. */
  nextReturnAt(): number | undefined;
};

/** An SQS FIFO queue: groups locked while in flight, receive counts, deduplication, redrive. */
export function createFifoQueue(options: FifoQueueOptions): FifoQueue {
  const { clock, visibilityTimeoutS, maxReceiveCount = Number.POSITIVE_INFINITY } = options;
  const { deadLetters, watch = {} } = options;
  const groups = new Map<string, QueuedMessage[]>();
  const byReceipt = new Map<string, QueuedMessage>();
  const known = new Map<string, number>();
  let sequence = 0;

  const isInFlight = (message: QueuedMessage) => message.visibleAt > clock.now();

  function take(message: QueuedMessage): void {
    const left = (groups.get(message.chatId) ?? []).filter((other) => other !== message);
    if (left.length > 0) groups.set(message.chatId, left);
    else groups.delete(message.chatId);
    watch.removed?.(message, left[0]);
    watch.changed?.();
  }

  function isCurrent(message: QueuedMessage, receiptHandle: string): boolean {
    return message.receiptHandle === receiptHandle && isInFlight(message);
  }

  return {
    send(message) {
      const key = `${message.chatId}/${message.deduplicationId}`;
      const sentAt = known.get(key);
      if (sentAt !== undefined && clock.now() - sentAt < DEDUPLICATION_MS) return undefined;
      known.set(key, clock.now());
      sequence += 1;
      const messageId = `m${sequence}`;
      const unseen = { receiveCount: 0, visibleAt: 0, receiptHandle: "" };
      const queued = { ...message, messageId, sequence, sentAt: clock.now(), ...unseen };
      const group = groups.get(message.chatId);
      if (group) group.push(queued);
      else groups.set(message.chatId, [queued]);
      watch.sent?.(queued);
      watch.changed?.();
      return queued;
    },

    receive(max, maxOfGroup = max, forS = visibilityTimeoutS) {
      const received: QueuedMessage[] = [];
      const free = [...groups.values()].filter((group) => !group.some(isInFlight));
      for (const group of free.sort((a, b) => a[0]!.sequence - b[0]!.sequence)) {
        let ofGroup = 0;
        for (const message of group) {
          if (received.length >= max || ofGroup >= maxOfGroup) break;
          if (message.receiveCount >= maxReceiveCount && deadLetters) {
            take(message);
            watch.redriven?.(message);
            deadLetters.send({ ...message, deduplicationId: `redriven-${message.messageId}` });
            continue;
          }
          message.receiveCount += 1;
          message.visibleAt = clock.now() + forS * 1000;
          message.receiptHandle = `${message.messageId}.${message.receiveCount}`;
          byReceipt.set(message.receiptHandle, message);
          received.push(message);
          watch.received?.(message);
          ofGroup += 1;
        }
      }
      return received;
    },

    remove(receiptHandle) {
      const message = byReceipt.get(receiptHandle);
      if (!message || !groups.get(message.chatId)?.includes(message)) return true;
      if (!isCurrent(message, receiptHandle)) return false;
      take(message);
      return true;
    },

    changeVisibility(receiptHandle, delayS) {
      const message = byReceipt.get(receiptHandle);
      if (!message || !isCurrent(message, receiptHandle)) return false;
      message.visibleAt = clock.now() + delayS * 1000;
      watch.hidden?.(message, delayS);
      watch.changed?.();
      return true;
    },

    isFirst: (message) => groups.get(message.chatId)?.[0] === message,

    discard(messageId) {
      const message = [...groups.values()].flat().find((one) => one.messageId === messageId);
      if (message) take(message);
    },

    messages: () => [...groups.values()].flat().sort((a, b) => a.sequence - b.sequence),

    nextReturnAt() {
      let next: number | undefined;
      for (const group of groups.values()) {
        const locked = Math.max(...group.map(({ visibleAt }) => visibleAt));
        if (locked > clock.now() && (next === undefined || locked < next)) next = locked;
      }
      return next;
    },
  };
}
