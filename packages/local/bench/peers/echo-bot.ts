// The shape of LINE's echo bot: everything happens inside the webhook, and there is no queue.
import type { LambdaFunctionURLEvent, LambdaFunctionURLResult } from "aws-lambda";
import { converse, reply } from "./converse.ts";
import { readWebhook } from "./webhook-body.ts";

export async function handler(request: LambdaFunctionURLEvent): Promise<LambdaFunctionURLResult> {
  const events = readWebhook(request);
  if (!events) return { statusCode: 401 };
  try {
    await Promise.all(events.map((event) => converse(event, reply)));
    return { statusCode: 200 };
  } catch (error) {
    console.error(error);
    return { statusCode: 500 };
  }
}
