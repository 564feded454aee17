import type { Reminder } from "@henji/core/queue/remind";
import { type Incoming, sequenceOf } from "@henji/core/queue/sqs";
import type { SQSRecord } from "aws-lambda";

export function toIncoming(record: SQSRecord): Incoming {
  const { messageId, receiptHandle, body, attributes, messageAttributes } = record;
  const parkedAt = messageAttributes.parkedAt?.stringValue;
  return {
    messageId,
    receiptHandle,
    body,
    chatId: attributes.MessageGroupId ?? "channel",
    sequence: sequenceOf(attributes.SequenceNumber ?? ""),
    receiveCount: Number(attributes.ApproximateReceiveCount),
    ...(parkedAt !== undefined && { parkedAt: Number(parkedAt) }),
  };
}

export function toReminder({ messageId, body, messageAttributes }: SQSRecord): Reminder {
  return { messageId, body, chatId: messageAttributes.chatId?.stringValue ?? "channel" };
}
