import type { Clock } from "@henji/core/clock";
import { BotError } from "@henji/core/error";
import type { Inbox, Incoming, ParkReason, Refused, Sender } from "@henji/core/queue/sqs";
import { deadlines, queue as settings } from "@henji/core/settings";
import { directNetwork, type Failure, type Network } from "./network.ts";
import { batchRefusal, isSqsText } from "./sqs-rules.ts";

/** SQS: a FIFO queue knows a deduplication id again for five minutes. */
const DEDUPLICATION_MS = 5 * 60_000;

export type NewMessage = { chatId: string; deduplicationId: string; body: string; reason?: ParkReason };

export type QueuedMessage = NewMessage & {
  messageId: string;
  /** Its place in the queue. */
  sequence: number;
  receiveCount: number;
  /** Epoch milliseconds; until then it is in flight. */
  visibleAt: number;
  /** Of the last receive: only this one acts. */
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
  /** With the one that is now first in its group. */
  removed(message: QueuedMessage, next: QueuedMessage | undefined): void;
  redriven(message: QueuedMessage): void;
  /** A worker has said when it may come back. */
  hidden(message: QueuedMessage, delayS: number): void;
  /** A message may be there to receive now, or at another time than before. */
  changed(): void;
};

export type FifoQueue = {
  /** @returns nothing if it was known already */
  send(message: NewMessage): QueuedMessage | undefined;
  /** At most `max` messages, at most `maxOfGroup` of one group; a group with one in flight gives none. */
  receive(max: number, maxOfGroup?: number): QueuedMessage[];
  /** @returns false for a stale receipt handle; a message that is gone already is no error */
  remove(receiptHandle: string): boolean;
  /** @returns false for a stale receipt handle or a message that is not in flight */
  changeVisibility(receiptHandle: string, delayS: number): boolean;
  isFirst(message: QueuedMessage): boolean;
  /** Takes a message off the queue by its id, as an operator does. */
  discard(messageId: string): void;
  /** In the order of the queue. */
  messages(): QueuedMessage[];
  /** When the next message in flight comes back, epoch milliseconds. */
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
      const queued = { ...message, messageId, sequence, receiveCount: 0, visibleAt: 0, receiptHandle: "" };
      const group = groups.get(message.chatId);
      if (group) group.push(queued);
      else groups.set(message.chatId, [queued]);
      watch.sent?.(queued);
      watch.changed?.();
      return queued;
    },

    receive(max, maxOfGroup = max) {
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
          message.visibleAt = clock.now() + visibilityTimeoutS * 1000;
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

export type MemoryQueueOptions = {
  clock: Clock;
  network?: Network;
  visibilityTimeoutS?: number;
  maxReceiveCount?: number;
  /** Whether one entry of a batch is refused, the others not. */
  refuses?: (eventId: string) => boolean;
  watch?: Partial<QueueWatch>;
  /** What went on the dead-letter queue by the worker's hand; nothing if it was there already. */
  onParked?: (message: Incoming, reason: ParkReason, parked: QueuedMessage | undefined) => void;
};

export type MemoryQueue = {
  sender: Sender;
  inbox: Inbox;
  main: FifoQueue;
  deadLetters: FifoQueue;
  /** As the event source hands them to the worker. */
  receive(max: number, maxOfGroup?: number): Incoming[];
};

/** Core's queue ports over two FIFO queues in memory. */
export function createMemoryQueue(options: MemoryQueueOptions): MemoryQueue {
  const { clock, network = directNetwork, refuses = () => false, onParked, watch = {} } = options;
  const { visibilityTimeoutS = settings.visibilityTimeoutS, maxReceiveCount = settings.maxReceiveCount } =
    options;
  const deadLetters = createFifoQueue({ clock, visibilityTimeoutS: 30 });
  const main = createFifoQueue({ clock, visibilityTimeoutS, maxReceiveCount, deadLetters, watch });

  const failed = (failure: Failure): never => {
    throw queueError(failure);
  };
  const call = <T>(operation: string, effect: () => T, patience: number | AbortSignal = deadlines.queueMs) =>
    network.carry<T>({ operation: `queue.${operation}`, effect, failed, patience });

  return {
    main,
    deadLetters,

    receive: (max, maxOfGroup) => main.receive(max, maxOfGroup).map(toIncoming),

    sender: {
      async send(messages, signal) {
        if (signal.aborted) return failed("silence");
        const refusal = batchRefusal(messages);
        if (refusal) throw queueError(refusal);
        const effect = () => {
          const refused = messages.filter(({ eventId, body }) => refuses(eventId) || !isSqsText(body));
          for (const { chatId, eventId, body } of messages) {
            if (refused.some((message) => message.eventId === eventId)) continue;
            main.send({ chatId, deduplicationId: eventId, body });
          }
          return new Set(refused.map(({ eventId }) => eventId));
        };
        return call("send", effect, signal);
      },
    },

    inbox: {
      // As SQS does, both report a stale receipt handle for its entry and do not throw.
      delete: (messages) =>
        call("delete", () => refusedOf(messages, ({ receiptHandle }) => main.remove(receiptHandle))),

      changeVisibility: (messages, delayS) =>
        call("hide", () =>
          refusedOf(messages, ({ receiptHandle }) => main.changeVisibility(receiptHandle, delayS)),
        ),

      park: (message, reason) =>
        call("park", () => {
          const { chatId, body, messageId } = message;
          if (![body, reason.code, reason.reason].every(isSqsText))
            throw queueError("InvalidMessageContents");
          const parked = deadLetters.send({ chatId, body, deduplicationId: messageId, reason });
          onParked?.(message, reason, parked);
        }),
    },
  };
}

export function toIncoming(message: QueuedMessage): Incoming {
  const { messageId, receiptHandle, chatId, body, receiveCount, reason } = message;
  const sequence = String(message.sequence).padStart(39, "0");
  const incoming = { messageId, receiptHandle, chatId, sequence, body, receiveCount };
  return reason ? { ...incoming, parkedAt: reason.parkedAt } : incoming;
}

function refusedOf(messages: readonly Incoming[], isDone: (message: Incoming) => boolean): Refused[] {
  const refused = messages.filter((message) => !isDone(message));
  return refused.map((message) => ({ message, code: "ReceiptHandleIsInvalid" }));
}

function queueError(reason: string): BotError {
  return new BotError("queue.unavailable", `SQS: ${reason}`, { retry: "later", outcome: "unknown" });
}
