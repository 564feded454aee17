import { startThread } from "./thread.ts";

export type AwsOptions = {
  /** 0 for any. */
  sqsPort: number;
  dynamodbPort: number;
  /** Where state is kept between runs; nothing: in memory. */
  sqsDirectory: string | undefined;
  dynamodbDirectory: string | undefined;
};

/** Where they listen. */
export type AwsEndpoints = { sqs: string; dynamodb: string };

export type AwsStandIns = AwsEndpoints & { stop(): Promise<void> };

/**
 * The stand-ins for SQS and DynamoDB, in a thread of their own: on AWS they do not share a processor
 * with the functions either, and the laptop's second core has something to do.
 */
export async function startAws(options: AwsOptions): Promise<AwsStandIns> {
  const script = new URL("./aws-thread.ts", import.meta.url);
  const { ready, stop } = await startThread<AwsEndpoints>(script, { workerData: options });
  return { ...ready, stop };
}
