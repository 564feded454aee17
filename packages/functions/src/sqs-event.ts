import type { Incoming } from "@henji/core/queue/sqs";
import type { SQSRecord } from "aws-lambda";

export function toIncoming({ messageId, receiptHandle, body, attributes }: SQSRecord): Incoming {
  return {
    messageId,
    receiptHandle,
    body,
    chatId: attributes.MessageGroupId ?? "channel",
    receiveCount: Number(attributes.ApproximateReceiveCount),
  };
}
