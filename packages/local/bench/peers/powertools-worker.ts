// The same with Powertools: its FIFO batch processor, and its idempotency with records in DynamoDB.
import { processPartialResponse, SqsFifoPartialProcessorAsync } from "@aws-lambda-powertools/batch";
import { IdempotencyConfig, makeIdempotent } from "@aws-lambda-powertools/idempotency";
import { DynamoDBPersistenceLayer } from "@aws-lambda-powertools/idempotency/dynamodb";
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { converse, replyOrPush } from "./converse.ts";

const processor = new SqsFifoPartialProcessorAsync();
const persistenceStore = new DynamoDBPersistenceLayer({ tableName: process.env.IDEMPOTENCY_TABLE ?? "" });
const config = new IdempotencyConfig({ eventKeyJmesPath: "messageId" });

const answerOnce = makeIdempotent(async ({ body }: SQSRecord) => converse(JSON.parse(body), replyOrPush), {
  persistenceStore,
  config,
});

export async function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  // So that the record of a call that never ends expires with it.
  config.registerLambdaContext(context);
  return processPartialResponse(event, answerOnce, processor, {
    context,
    // The messages of other chats go on after a failure.
    skipGroupOnError: true,
    throwOnFullBatchFailure: false,
  });
}
