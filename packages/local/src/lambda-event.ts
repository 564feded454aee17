import type { Message, MessageAttributeValue } from "@aws-sdk/client-sqs";
import type { Context, SQSEvent, SQSMessageAttribute, SQSRecord } from "aws-lambda";

/** The event that Lambda makes of the messages of a batch. */
export function toEvent(messages: readonly Message[], queueArn: string): SQSEvent {
  return asJson<SQSEvent>({ Records: messages.map((message) => toRecord(message, queueArn)) });
}

/** A copy as JSON leaves it, as on the way to a Lambda and back: without what is undefined. */
export const asJson = <T>(value: unknown): T => JSON.parse(JSON.stringify(value));

function toRecord(message: Message, queueArn: string): SQSRecord {
  const { MessageId, ReceiptHandle, Body, Attributes, MessageAttributes = {}, MD5OfBody } = message;
  const attributes = Object.entries(MessageAttributes).map(([name, value]) => [name, toAttribute(value)]);
  return {
    messageId: MessageId!,
    receiptHandle: ReceiptHandle!,
    body: Body!,
    attributes: Attributes as SQSRecord["attributes"],
    messageAttributes: Object.fromEntries(attributes),
    md5OfBody: MD5OfBody!,
    ...(message.MD5OfMessageAttributes && { md5OfMessageAttributes: message.MD5OfMessageAttributes }),
    eventSource: "aws:sqs",
    eventSourceARN: queueArn,
    awsRegion: regionOf(queueArn),
  };
}

function toAttribute({ DataType, StringValue, BinaryValue }: MessageAttributeValue): SQSMessageAttribute {
  return {
    stringValue: StringValue,
    binaryValue: BinaryValue && Buffer.from(BinaryValue).toString("base64"),
    stringListValues: [],
    binaryListValues: [],
    dataType: DataType!,
  };
}

/** The context that Lambda passes with the event. */
export function createContext(options: {
  functionName: string;
  queueArn: string;
  requestId: string;
  remainingMs: () => number;
}): Context {
  const { functionName, queueArn, requestId, remainingMs } = options;
  const notSupported = () => {
    throw new Error("Node 24 on Lambda has no callbacks: return a promise");
  };
  return {
    functionName,
    functionVersion: "$LATEST",
    invokedFunctionArn: `arn:aws:lambda:${regionOf(queueArn)}:000000000000:function:${functionName}`,
    memoryLimitInMB: "512",
    awsRequestId: requestId,
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: "local",
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: remainingMs,
    done: notSupported,
    fail: notSupported,
    succeed: notSupported,
  };
}

/** `arn:aws:sqs:<region>:<account>:<name>` */
const regionOf = (queueArn: string) => queueArn.split(":")[3] ?? "";
