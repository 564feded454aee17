// Everything that a contestant speaks with: SQS, DynamoDB, LINE and the model.
import { setTimeout as wait } from "node:timers/promises";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { worker as settings } from "@henji/core/settings";
import { createLineSimulator, type LineSimulator, serveLine } from "@henji/line-simulator";
import { serve } from "@henji/loopback";
import { createModelSimulator, type ModelSimulator, serveModel } from "@henji/model-simulator";
import bot from "../../../../bot.config.ts";
import { type AwsEndpoints, startAws } from "../../src/aws.ts";
import { createTable } from "../../src/dynamo.ts";
import { createFunctionUrl, type FunctionUrlHandler } from "../../src/function-url.ts";
import { createQueues, localAws } from "../../src/sqs.ts";
import { standInSecrets } from "../../src/stand-in-secrets.ts";
import type { Contestant } from "./contestants.ts";
import { startMeter, type Units } from "./meter.ts";

/** Of the peers' functions. AWS: a queue's visibility time-out is no less. */
const TIMEOUT_S = 90;
/** AWS advises at least five. */
const RECEIVES = 5;

type Fetch = (request: Request) => Promise<Response>;

/** What happens on the way to them; without it, nothing. */
export type Gates = {
  model(request: Request, next: Fetch): Promise<Response>;
  line(request: Request, next: Fetch): Promise<Response>;
};

export type StandInsOptions = {
  gates?: Gates;
  /** Whether a meter stands before DynamoDB, which takes time. */
  isMetered?: boolean;
};

export type StandIns = {
  line: LineSimulator;
  model: ModelSimulator;
  /** How long the model takes from now on. */
  modelTakes(ms: number): void;
  /** Of the contestant's functions. */
  environment: Record<string, string>;
  /** For how long the contestant's functions may run. */
  timeoutMs: number;
  /** That the worker is called for. */
  queues: { url: string; arn: string }[];
  deadLetterQueueUrl: string;
  sqs: SQSClient;
  /** Names of the services, by their addresses. */
  services: Record<string, string>;
  /** Capacity units of DynamoDB, so far; only if they are metered. */
  units(): Units;
  stop(): Promise<void>;
};

/** @param ingress called by LINE's webhooks */
export async function startStandIns(
  contestant: Pick<Contestant, "name">,
  ingress: FunctionUrlHandler,
  { gates, isMetered = false }: StandInsOptions = {},
): Promise<StandIns> {
  const aws = await startAws();
  const meter = isMetered ? await startMeter(aws.dynamodb) : undefined;
  const dynamodb = meter?.url ?? aws.dynamodb;
  let latencyMs = 0;
  const model = createModelSimulator({
    latencyMs: 1,
    sleep: (_, signal) => wait(latencyMs, undefined, { signal }),
  });
  const modelServer = await serveModel({
    ...model,
    fetch: gates ? (request) => gates.model(request as Request, model.fetch) : model.fetch,
  });
  const functionUrl = await serve(createFunctionUrl(ingress).fetch);
  const { channelSecret, channelAccessToken } = standInSecrets;
  const line = createLineSimulator({
    ...{ channelSecret, channelAccessToken, webhookUrl: `${functionUrl.url}/` },
    // Nobody but the bot answers, so nothing has to be marked as read.
    chatMode: "bot",
  });
  const lineServer = await serveLine({
    fetch: gates ? (request) => gates.line(request, line.fetch) : line.fetch,
  });
  const own = contestant.name === "henji" ? await prepareHenji(aws) : await preparePeer(aws);
  const sqs = new SQSClient({ ...localAws, endpoint: aws.sqs, useQueueUrlAsEndpoint: false });
  return {
    ...{ ...own, line, model, sqs },
    modelTakes(ms) {
      latencyMs = ms;
    },
    environment: {
      AWS_REGION: localAws.region,
      AWS_ACCESS_KEY_ID: localAws.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: localAws.credentials.secretAccessKey,
      AWS_ENDPOINT_URL_SQS: aws.sqs,
      AWS_ENDPOINT_URL_DYNAMODB: dynamodb,
      LINE_API_BASE_URL: lineServer.url,
      OPENAI_BASE_URL: modelServer.url,
      ...own.environment,
    },
    services: {
      [dynamodb]: "DynamoDB",
      [aws.sqs]: "SQS",
      [lineServer.url]: "LINE",
      [new URL(modelServer.url).origin]: "OpenAI",
    },
    units: () => meter?.units ?? { read: 0, write: 0 },
    async stop() {
      sqs.destroy();
      await meter?.close();
      await Promise.all([functionUrl.close(), lineServer.close(), modelServer.close(), aws.stop()]);
    },
  };
}

type Own = Pick<StandIns, "environment" | "queues" | "deadLetterQueueUrl" | "timeoutMs">;

/** As `stacks/` deploys it. */
async function prepareHenji(aws: AwsEndpoints): Promise<Own> {
  const [queues, table] = await Promise.all([createQueues(aws.sqs), createTable(aws.dynamodb)]);
  queues.client.destroy();
  const resources = {
    App: { name: "henji", stage: "bench" },
    LineChannelSecret: { value: standInSecrets.channelSecret },
    LineChannelAccessToken: { value: standInSecrets.channelAccessToken },
    OpenAiApiKey: { value: standInSecrets.apiKey },
    EventQueue: { url: queues.eventQueue.url },
    DeadLetterQueue: { url: queues.deadLetterQueue.url },
    Reminders: { url: queues.reminders.url },
    Conversations: { name: table },
  };
  return {
    environment: { SST_RESOURCES_JSON: JSON.stringify(resources) },
    queues: [queues.eventQueue, queues.reminders],
    deadLetterQueueUrl: queues.deadLetterQueue.url,
    timeoutMs: settings.timeoutS * 1000,
  };
}

async function preparePeer(aws: AwsEndpoints): Promise<Own> {
  const sqs = new SQSClient({ ...localAws, endpoint: aws.sqs, useQueueUrlAsEndpoint: false });
  const dynamodb = new DynamoDBClient({ ...localAws, endpoint: aws.dynamodb });
  const createQueue = async (name: string, attributes: Record<string, string>) =>
    (
      await sqs.send(
        new CreateQueueCommand({
          QueueName: `${name}.fifo`,
          Attributes: { FifoQueue: "true", ...attributes },
        }),
      )
    ).QueueUrl ?? "";
  const createTable = (TableName: string, key: string) =>
    dynamodb.send(
      new CreateTableCommand({
        TableName,
        BillingMode: "PAY_PER_REQUEST",
        AttributeDefinitions: [{ AttributeName: key, AttributeType: "S" }],
        KeySchema: [{ AttributeName: key, KeyType: "HASH" }],
      }),
    );
  const deadLetterQueueUrl = await createQueue("DeadLetters", { VisibilityTimeout: "600" });
  const arnOf = (queue: string) => `arn:aws:sqs:${localAws.region}:000000000000:${queue}`;
  const deadLetterTargetArn = arnOf("DeadLetters.fifo");
  const queueUrl = await createQueue("Events", {
    VisibilityTimeout: String(TIMEOUT_S),
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: RECEIVES }),
  });
  await createTable("History", "chatId");
  await createTable("Idempotency", "id");
  sqs.destroy();
  dynamodb.destroy();
  return {
    environment: {
      QUEUE_URL: queueUrl,
      HISTORY_TABLE: "History",
      IDEMPOTENCY_TABLE: "Idempotency",
      LINE_CHANNEL_SECRET: standInSecrets.channelSecret,
      LINE_CHANNEL_ACCESS_TOKEN: standInSecrets.channelAccessToken,
      OPENAI_API_KEY: standInSecrets.apiKey,
      MODEL: bot.model.name,
    },
    queues: [{ url: queueUrl, arn: arnOf("Events.fifo") }],
    deadLetterQueueUrl,
    timeoutMs: TIMEOUT_S * 1000,
  };
}
