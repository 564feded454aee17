// The webhook of the peers with a queue: checks the signature, puts the events on the FIFO queue, answers 200.
import { SendMessageBatchCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { webhook } from "@line/bot-sdk";
import type { LambdaFunctionURLEvent, LambdaFunctionURLResult } from "aws-lambda";
import { readWebhook } from "./webhook-body.ts";

const sqs = new SQSClient({ useQueueUrlAsEndpoint: false });

export async function handler(request: LambdaFunctionURLEvent): Promise<LambdaFunctionURLResult> {
  const events = readWebhook(request);
  if (!events) return { statusCode: 401 };
  for (let from = 0; from < events.length; from += 10) {
    const Entries = events.slice(from, from + 10).map(toEntry);
    const { Failed = [] } = await sqs.send(
      new SendMessageBatchCommand({ QueueUrl: process.env.QUEUE_URL, Entries }),
    );
    if (Failed.length > 0) return { statusCode: 500 };
  }
  return { statusCode: 200 };
}

function toEntry(event: webhook.Event, index: number) {
  const { source } = event;
  return {
    Id: String(index),
    MessageBody: JSON.stringify(event),
    MessageGroupId: (source?.type === "user" && source.userId) || "others",
    MessageDeduplicationId: event.webhookEventId,
  };
}
