import type { Incoming } from "@henji/core/queue/sqs";
import type { SQSRecord } from "aws-lambda";

export function toIncoming(record: SQSRecord): Incoming {
  const { messageId, receiptHandle, body, attributes, messageAttributes } = record;
  const parkedAt = messageAttributes.parkedAt?.stringValue;
  return {
    messageId,
    receiptHandle,
    body,
    chatId: attributes.MessageGroupId ?? "channel",
    // SQS: 128 bits, which is up to 39 digits.
    sequence: (attributes.SequenceNumber ?? "").padStart(39, "0"),
    receiveCount: Number(attributes.ApproximateReceiveCount),
    ...(parkedAt !== undefined && { parkedAt: Number(parkedAt) }),
  };
}
