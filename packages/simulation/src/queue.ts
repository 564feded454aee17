import type { Clock } from "@henji/core/clock";
import { BotError } from "@henji/core/error";
import type { DeadLetterQueue, Depth, ReceivedLetter } from "@henji/core/queue/dead-letters";
import { encodeJob } from "@henji/core/queue/job";
import { dueJob, type Reminders } from "@henji/core/queue/reminders";
import {
  type Inbox,
  type Incoming,
  type ParkReason,
  type Refused,
  type Sender,
  sequenceOf,
} from "@henji/core/queue/sqs";
import { deadlines, queue as settings } from "@henji/core/settings";
import { createFifoQueue, type FifoQueue, type QueuedMessage, type QueueWatch } from "./fifo-queue.ts";
import { directNetwork, type Failure, type Network } from "./network.ts";
import { batchRefusal, isSqsText } from "./sqs-rules.ts";

export type MemoryQueueOptions = {
  clock: Clock;
  network?: Network;
  visibilityTimeoutS?: number;
  maxReceiveCount?: number;
  /** Whether one entry of a batch is refused, the others not. */
  refuses?: (eventId: string) => boolean;
  watch?: Partial<QueueWatch>;
  /** A worker has parked a message; `parked` is not set if it was on the dead-letter queue already. */
  onParked?: (message: Incoming, reason: ParkReason, parked: QueuedMessage | undefined) => void;
};

export type MemoryQueue = {
  sender: Sender;
  inbox: Inbox;
  reminders: Reminders;
  /** Reminders that are not due yet. */
  pending(): number;
  deadLetterQueue: DeadLetterQueue;
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

  let reminded = 0;
  let pending = 0;

  const failed = (failure: Failure): never => {
    throw queueError(failure);
  };
  const call = <T>(operation: string, effect: () => T, patience: number | AbortSignal = deadlines.queueMs) =>
    network.carry<T>({ operation: `queue.${operation}`, effect, failed, patience });

  return {
    main,
    deadLetters,
    pending: () => pending,

    receive: (max, maxOfGroup) => main.receive(max, maxOfGroup).map(toIncoming),

    deadLetterQueue: {
      receive: (forS) => call("receiveLetters", () => deadLetters.receive(10, 10, forS).map(toLetter)),
      delete: (letters) =>
        call(
          "deleteLetters",
          () => letters.filter(({ receiptHandle }) => !deadLetters.remove(receiptHandle)).length,
        ),
      release: (letters) =>
        call("releaseLetters", () => {
          for (const { receiptHandle } of letters) deadLetters.changeVisibility(receiptHandle, 0);
        }),
      depth: () => call("depth", () => depthOf(deadLetters, clock.now())),
    },

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

    reminders: {
      // A standard queue forwards a reminder at least once; a lost forward is tried again.
      put: (chatId, job, delayS) =>
        call("remind", () => {
          reminded += 1;
          const [body, deduplicationId] = [encodeJob(dueJob(job)), `reminder-${reminded}`];
          pending += 1;
          const forward = () => {
            pending -= 1;
            main.send({ chatId, deduplicationId, body });
          };
          clock.timeout(delayS * 1000).addEventListener("abort", forward, { once: true });
        }),
    },

    inbox: {
      // As SQS does, both report a stale receipt handle for its entry and do not throw.
      delete: (messages) =>
        call("delete", () => refusedOf(messages, ({ receiptHandle }) => main.remove(receiptHandle))),

      changeVisibility: (messages, delayS) =>
        call("changeVisibility", () =>
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
  const sequence = sequenceOf(String(message.sequence));
  const incoming = { messageId, receiptHandle, chatId, sequence, body, receiveCount };
  return reason ? { ...incoming, parkedAt: reason.parkedAt } : incoming;
}

function toLetter({ sequence, ...message }: QueuedMessage): ReceivedLetter {
  const { messageId, receiptHandle, chatId, body, sentAt, reason } = message;
  return { messageId, receiptHandle, chatId, body, sentAt, reason, sequence: sequenceOf(String(sequence)) };
}

function depthOf(queue: FifoQueue, now: number): Depth {
  const all = queue.messages();
  const inFlight = all.filter(({ visibleAt }) => visibleAt > now).length;
  return { waiting: all.length - inFlight, inFlight };
}

function refusedOf(messages: readonly Incoming[], isDone: (message: Incoming) => boolean): Refused[] {
  const refused = messages.filter((message) => !isDone(message));
  return refused.map((message) => ({ message, code: "ReceiptHandleIsInvalid" }));
}

function queueError(reason: string): BotError {
  return new BotError("queue.unavailable", `SQS: ${reason}`, { retry: "later", outcome: "unknown" });
}
