import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { SNSClient } from "@aws-sdk/client-sns";
import { GetQueueAttributesCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { boundedCalls } from "@henji/core/aws-client";
import { createQueueClient } from "@henji/core/queue/sqs";
import { createTableClient } from "@henji/core/table";
import { NotChecked } from "./finding.ts";

/** The services that are asked. On this machine there is a queue and a table. */
export type Aws = {
  sqs: SQSClient;
  dynamodb: DynamoDBClient;
  lambda(): LambdaClient;
  cloudWatch(): CloudWatchClient;
  sns(): SNSClient;
  /** The region by the environment. */
  region(): Promise<string>;
  /** AWS's clock, epoch milliseconds, by the header of an answer, whatever it says. */
  now(queueUrl: string): Promise<number | undefined>;
  close(): void;
};

const limits = { deadlineMs: 8_000 };

export function connectAws(isLocal: boolean): Aws {
  const { options, plugin } = boundedCalls(limits);
  const sqs = createQueueClient({}, limits);
  const dynamodb = createTableClient({}, limits);
  const lambda = new LambdaClient(options);
  const cloudWatch = new CloudWatchClient(options);
  const sns = new SNSClient(options);
  for (const client of [lambda, cloudWatch, sns]) client.middlewareStack.use(plugin);
  const onAws = <T>(service: string, client: T) => {
    if (isLocal) throw new NotChecked(`there is no ${service} on this machine`);
    return client;
  };

  return {
    sqs,
    dynamodb,
    lambda: () => onAws("Lambda", lambda),
    cloudWatch: () => onAws("CloudWatch", cloudWatch),
    sns: () => onAws("SNS", sns),
    region: () => sqs.config.region(),

    async now(queueUrl) {
      const client = createQueueClient({}, limits);
      let date: string | undefined;
      client.middlewareStack.add(
        (next) => async (args) => {
          const result = await next(args);
          date = (result.response as { headers?: Record<string, string> }).headers?.date;
          return result;
        },
        { step: "deserialize", priority: "low" },
      );
      await client.send(new GetQueueAttributesCommand({ QueueUrl: queueUrl })).catch((error) => {
        if (date === undefined) throw error;
      });
      client.destroy();
      const at = Date.parse(date ?? "");
      return Number.isNaN(at) ? undefined : at;
    },

    close() {
      for (const client of [sqs, dynamodb, lambda, cloudWatch, sns]) client.destroy();
    },
  };
}
