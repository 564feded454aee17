import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { inLanes } from "../lanes.ts";
import { guarded, type ParkReason, sequenceOf } from "./sqs.ts";

/** A message on the dead-letter queue, without what it says. */
export type Letter = {
  messageId: string;
  receiptHandle: string;
  chatId: string;
  /** Its place in this queue, as in `Incoming`. */
  sequence: string;
  /** When it came to this queue, epoch milliseconds. SQS deletes it 14 days later. */
  sentAt: number;
  /** Why the worker gave it up; not set if SQS moved it after too many receives. */
  reason: ParkReason | undefined;
};

export type ReceivedLetter = Letter & { body: string };

/** What a queue holds, as far as SQS knows. */
export type Depth = {
  /** Messages that are not in flight, those behind one in flight included. */
  waiting: number;
  inFlight: number;
};

/** The operator's side of the dead-letter queue. */
export type DeadLetterQueue = {
  /**
   * Up to ten letters, invisible to everybody else for `forS` seconds. SQS hands out none of a chat of which one
   * is invisible already.
   *
   * @param waitS seconds to wait for one; with 0, SQS may overlook some
   */
  receive(forS: number, waitS: number): Promise<ReceivedLetter[]>;
  /** @returns how many SQS refused: they were invisible no more */
  delete(letters: readonly Letter[]): Promise<number>;
  /** Makes them visible at once, in their old order. */
  release(letters: readonly Letter[]): Promise<void>;
  depth(): Promise<Depth>;
};

/** SQS: at most ten entries a batch. */
const BATCH = 10;
/** Batches under way at once. */
const LANES = 4;

export function createDeadLetterQueue(sqs: SQSClient, queueUrl: string): DeadLetterQueue {
  const QueueUrl = queueUrl;

  /** @returns how many entries SQS refused */
  async function inBatches(
    letters: readonly Letter[],
    send: (entries: { Id: string; ReceiptHandle: string }[]) => Promise<{ Failed?: unknown[] | undefined }>,
  ): Promise<number> {
    let refused = 0;
    const starts = Array.from({ length: Math.ceil(letters.length / BATCH) }, (_, n) => n * BATCH);
    await inLanes(LANES, starts, async (start) => {
      const batch = letters.slice(start, start + BATCH);
      const entries = batch.map(({ receiptHandle }, n) => ({ Id: String(n), ReceiptHandle: receiptHandle }));
      const { Failed = [] } = await guarded(() => send(entries));
      refused += Failed.length;
    });
    return refused;
  }

  return {
    async receive(forS, waitS) {
      const command = new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: BATCH,
        VisibilityTimeout: forS,
        WaitTimeSeconds: waitS,
        MessageSystemAttributeNames: ["MessageGroupId", "SequenceNumber", "SentTimestamp"],
        MessageAttributeNames: ["All"],
      });
      const { Messages = [] } = await guarded(() => sqs.send(command));
      return Messages.map(toLetter);
    },

    delete: (letters) =>
      inBatches(letters, (Entries) => sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }))),

    async release(letters) {
      await inBatches(letters, (entries) => {
        const Entries = entries.map((entry) => ({ ...entry, VisibilityTimeout: 0 }));
        return sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }));
      });
    },

    depth: () => depthOf(sqs, queueUrl),
  };
}

/** What a queue holds now. */
export async function depthOf(sqs: SQSClient, queueUrl: string): Promise<Depth> {
  const command = new GetQueueAttributesCommand({
    QueueUrl: queueUrl,
    AttributeNames: ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
  });
  const { Attributes = {} } = await guarded(() => sqs.send(command));
  const { ApproximateNumberOfMessages = 0, ApproximateNumberOfMessagesNotVisible = 0 } = Attributes;
  return {
    waiting: Number(ApproximateNumberOfMessages),
    inFlight: Number(ApproximateNumberOfMessagesNotVisible),
  };
}

function toLetter({ MessageId = "", ReceiptHandle = "", Body = "", ...message }: Message): ReceivedLetter {
  const { MessageGroupId = "channel", SequenceNumber = "", SentTimestamp = 0 } = message.Attributes ?? {};
  return {
    ...{ messageId: MessageId, receiptHandle: ReceiptHandle, body: Body, chatId: MessageGroupId },
    sequence: sequenceOf(SequenceNumber),
    ...{ sentAt: Number(SentTimestamp), reason: toReason(message) },
  };
}

/** The attributes with which the worker parked it. */
function toReason({ MessageAttributes = {} }: Message): ParkReason | undefined {
  const { code, reason, attempts, receivedAt, parkedAt } = MessageAttributes;
  if (code?.StringValue === undefined) return undefined;
  return {
    ...{ code: code.StringValue, reason: reason?.StringValue ?? "" },
    attempts: Number(attempts?.StringValue ?? 0),
    receivedAt: Number(receivedAt?.StringValue ?? 0),
    parkedAt: Number(parkedAt?.StringValue ?? 0),
  };
}
