import { once } from "node:events";
import { Worker } from "node:worker_threads";

export type AwsStandIns = { sqs: string; dynamodb: string; stop(): Promise<void> };

export type AwsOptions = {
  /** 0 for any. */
  sqsPort: number;
  dynamodbPort: number;
  /** Where state is kept between runs; nothing: in memory. */
  sqsDirectory: string | undefined;
  dynamodbDirectory: string | undefined;
};

/**
 * The stand-ins for SQS and DynamoDB, in a thread of their own: on AWS they do not share a processor
 * with the functions either, and the laptop's second core has something to do.
 */
export async function startAws(options: AwsOptions): Promise<AwsStandIns> {
  const thread = new Worker(new URL("./aws-thread.ts", import.meta.url), { workerData: options });
  const [answer] = await Promise.race([once(thread, "message"), failure(thread)]);
  if (answer.error) throw Object.assign(new Error(answer.error.message), answer.error);
  thread.on("error", (error) => {
    throw error;
  });
  return {
    ...answer,
    async stop() {
      const exited = once(thread, "exit");
      thread.postMessage("stop");
      await exited;
    },
  };
}

async function failure(thread: Worker): Promise<never> {
  const [error] = await once(thread, "error");
  throw error;
}
