// The usual queue worker: the chats of a batch side by side, failed messages back to the queue, no promises.
import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { converse, replyOrPush } from "./converse.ts";

export async function handler({ Records }: SQSEvent): Promise<SQSBatchResponse> {
  const chats = Map.groupBy(Records, ({ attributes }) => attributes.MessageGroupId);
  const failed = await Promise.all([...chats.values()].map(answerInOrder));
  return { batchItemFailures: failed.flat().map(({ messageId }) => ({ itemIdentifier: messageId })) };
}

/** @returns the messages of one chat from the first that failed, so that they come back in order */
async function answerInOrder(records: SQSRecord[]): Promise<SQSRecord[]> {
  for (const [index, { body }] of records.entries()) {
    try {
      await converse(JSON.parse(body), replyOrPush);
    } catch (error) {
      console.error(error);
      return records.slice(index);
    }
  }
  return [];
}
