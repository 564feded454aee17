import { startThread } from "./thread.ts";

export type AwsOptions = {
  /** Default: 0, any free port. */
  sqsPort?: number;
  dynamodbPort?: number;
  /** Where state is kept between runs. Default: in memory. */
  sqsDirectory?: string | undefined;
  dynamodbDirectory?: string | undefined;
};

/** The URLs they listen on. */
export type AwsEndpoints = { sqs: string; dynamodb: string };

export type AwsStandIns = AwsEndpoints & { stop(): Promise<void> };

/**
 * Starts the stand-ins for SQS and DynamoDB in a thread of their own, so that they use another core
 * than the handlers, as on AWS.
 */
export async function startAws(options: AwsOptions = {}): Promise<AwsStandIns> {
  const script = new URL("./aws-thread.ts", import.meta.url);
  const { ready, stop } = await startThread<AwsEndpoints>(script, { workerData: options });
  return { ...ready, stop };
}
