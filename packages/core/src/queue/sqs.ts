import {
  type BatchResultErrorEntry,
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
  type SQSClientConfig,
} from "@aws-sdk/client-sqs";
import { boundedCalls, type CallLimits } from "../aws-client.ts";
import { BotError } from "../error.ts";
import type { Log } from "../log.ts";
import { deadlines } from "../settings.ts";

/**
 * A client whose every call ends by its deadline. Its endpoint is the configured one, whatever host a
 * queue's URL names.
 */
export function createQueueClient(
  config: SQSClientConfig = {},
  limits: CallLimits = { deadlineMs: deadlines.queueMs },
): SQSClient {
  const { options, plugin } = boundedCalls(limits);
  const client = new SQSClient({ useQueueUrlAsEndpoint: false, ...options, ...config });
  client.middlewareStack.use(plugin);
  return client;
}

/** A message to put on the queue. */
export type Outgoing = { chatId: string; eventId: string; body: string };

/** A message as the event source hands it to the worker. */
export type Incoming = {
  messageId: string;
  receiptHandle: string;
  chatId: string;
  /** SQS's sequence number: grows within a chat; 39 digits, so that it sorts as text. */
  sequence: string;
  body: string;
  /** How often the queue has handed it out, this time included. */
  receiveCount: number;
  /** Epoch milliseconds; from the attributes it was parked with, if it comes from the dead-letter queue. */
  parkedAt?: number;
};

/** As text that sorts like the number. SQS: 128 bits, which is up to 39 digits. */
export function sequenceOf(sequenceNumber: string): string {
  return sequenceNumber.padStart(39, "0");
}

/** Why a message was given up on; travels with it as message attributes. */
export type ParkReason = {
  code: string;
  /** For an operator: what happened, in words. */
  reason: string;
  attempts: number;
  /** Epoch milliseconds; 0 if the message could not be read. */
  receivedAt: number;
  /** Epoch milliseconds. */
  parkedAt: number;
};

/** The ingress side of the queue. */
export type Sender = {
  /**
   * Sends what one call can take (at most 10 entries and 1 MiB).
   * @returns the event ids that are not on the queue, as far as SQS said
   */
  send(messages: readonly Outgoing[], signal: AbortSignal): Promise<Set<string>>;
};

/** A message of a batch that SQS did nothing about, and its reason, such as `ReceiptHandleIsInvalid`. */
export type Refused = { message: Incoming; code: string };

/**
 * The worker side of the queue. Its calls take what one batch can hold: 1 to 10 messages, and resolve to
 * those that SQS refused, the others being done.
 */
export type Inbox = {
  /** Takes finished messages off the queue, which frees their chat. Safe to repeat. */
  delete(messages: readonly Incoming[]): Promise<readonly Refused[]>;
  /** Makes messages visible again in `delayS` seconds from now; 0 does so at once. */
  changeVisibility(messages: readonly Incoming[], delayS: number): Promise<readonly Refused[]>;
  /** Puts a copy, with the reason, on the dead-letter queue. */
  park(message: Incoming, reason: ParkReason): Promise<void>;
};

/** SQS: a group or deduplication id has 1 to 128 letters, digits and punctuation. */
export function isSqsId(id: string): boolean {
  return /^[\x21-\x7e]{1,128}$/.test(id);
}

export function createSender(sqs: SQSClient, queueUrl: string): Sender {
  return {
    async send(messages, signal) {
      const command = new SendMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: messages.map(({ chatId, eventId, body }, index) => ({
          Id: String(index),
          MessageBody: body,
          MessageGroupId: chatId,
          MessageDeduplicationId: eventId,
        })),
      });
      const { Failed = [] } = await guarded(() => sqs.send(command, { abortSignal: signal }));
      return new Set(Failed.map(({ Id }) => messages[Number(Id)]?.eventId ?? ""));
    },
  };
}

export function createInbox(sqs: SQSClient, queueUrl: string, deadLetterQueueUrl: string): Inbox {
  return {
    async delete(messages) {
      const command = new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries: toEntries(messages) });
      const { Failed = [] } = await guarded(() => sqs.send(command));
      return toRefused(messages, Failed);
    },

    async changeVisibility(messages, delayS) {
      const Entries = toEntries(messages).map((entry) => ({ ...entry, VisibilityTimeout: delayS }));
      const command = new ChangeMessageVisibilityBatchCommand({ QueueUrl: queueUrl, Entries });
      const { Failed = [] } = await guarded(() => sqs.send(command));
      return toRefused(messages, Failed);
    },

    async park({ messageId, chatId, body }, { code, reason, attempts, receivedAt, parkedAt }) {
      const command = new SendMessageCommand({
        QueueUrl: deadLetterQueueUrl,
        MessageBody: body,
        MessageGroupId: chatId,
        // The queue's own id: the same while one receive is repeated, another after a replay.
        MessageDeduplicationId: messageId,
        MessageAttributes: {
          code: { DataType: "String", StringValue: code },
          reason: { DataType: "String", StringValue: reason },
          attempts: { DataType: "Number", StringValue: String(attempts) },
          receivedAt: { DataType: "Number", StringValue: String(receivedAt) },
          parkedAt: { DataType: "Number", StringValue: String(parkedAt) },
        },
      });
      await guarded(() => sqs.send(command));
    },
  };
}

function toEntries(messages: readonly Incoming[]) {
  return messages.map(({ receiptHandle }, index) => ({ Id: String(index), ReceiptHandle: receiptHandle }));
}

function toRefused(messages: readonly Incoming[], failed: readonly BatchResultErrorEntry[]): Refused[] {
  return failed.flatMap(({ Id, Code = "unknown" }) => {
    const message = messages[Number(Id)];
    return message ? [{ message, code: Code }] : [];
  });
}

/** One line for all that SQS refused of a batch: how many, and why. */
export function logRefused(log: Log, name: string, refused: readonly Refused[]): void {
  if (refused.length === 0) return;
  const codes = new Set(refused.map(({ code }) => code));
  log.warn(name, { code: [...codes].sort().join(), messages: refused.length });
}

/** Errors of SQS in one place. A send may have been taken before its response was lost; deduplication covers that. */
export async function guarded<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    const name = cause instanceof Error ? cause.name : "error";
    throw new BotError("queue.unavailable", `SQS: ${name}`, { retry: "later", outcome: "unknown", cause });
  }
}
