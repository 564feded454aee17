import { createServer, type IncomingMessage } from "node:http";
import * as settings from "@henji/core/settings";
import { listen } from "@henji/loopback";

const account = "arn:aws:sqs:ap-northeast-1:123456789012";
const queue = (name: string) => `https://sqs.ap-northeast-1.amazonaws.com/123456789012/${name}`;

/** What a deployed stage links to a command. */
export const links = {
  App: { name: "henji", stage: "test" },
  Ingress: { name: "henji-test-Ingress", url: "https://ingress.lambda-url.test/" },
  Worker: { name: "henji-test-Worker" },
  EventQueue: { url: queue("Events.fifo") },
  DeadLetterQueue: { url: queue("Letters.fifo") },
  Reminders: { url: queue("Reminders") },
  Conversations: { name: "henji-test-Conversations" },
  Alarms: { arn: "arn:aws:sns:ap-northeast-1:123456789012:Alarms" },
  AlarmEmail: { value: "ops@example.com" },
  LineChannelSecret: { value: "line-secret" },
  LineChannelAccessToken: { value: "line-token" },
  OpenAiApiKey: { value: "openai-key" },
};

/** And what it has beside that if the bot is on Slack. */
export const slackLinks = {
  SlackIngress: { name: "henji-test-SlackIngress", url: "https://slack-ingress.lambda-url.test/" },
  SlackSigningSecret: { value: "slack-secret" },
  SlackBotToken: { value: "slack-token" },
};

/** What AWS says of a stage that was deployed and is fine. */
export function healthyStage() {
  const { partitionKey, sortKey, index, timeToLive } = settings.table;
  const keys = (hash: string, range: string) => [
    { AttributeName: hash, KeyType: "HASH" },
    { AttributeName: range, KeyType: "RANGE" },
  ];
  const fifo = {
    FifoQueue: "true",
    DeduplicationScope: "messageGroup",
    FifoThroughputLimit: "perMessageGroupId",
    ApproximateNumberOfMessages: "0",
    SqsManagedSseEnabled: "true",
  };
  const lambda = (Timeout: number) => ({
    ...{ Handler: "bundle.handler", Runtime: "nodejs24.x", Description: "", Timeout },
    ...{ State: "Active", LastUpdateStatus: "Successful", LoggingConfig: { LogFormat: "Text" } },
  });
  const source = (UUID: string, queueName: string, MaximumConcurrency: number) => ({
    ...{ UUID, State: "Enabled", EventSourceArn: `${account}:${queueName}` },
    ...{
      BatchSize: settings.worker.batchSize as number,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
    },
    ScalingConfig: { MaximumConcurrency },
    LastProcessingResult: "OK",
  });
  const alarm = (name: string) => ({
    ...{ AlarmName: `henji-test-${name}`, ActionsEnabled: true, AlarmActions: [links.Alarms.arn] },
    ...{ StateValue: "OK", AlarmDescription: `${name}: see the runbook.` },
  });
  return {
    queues: {
      "Events.fifo": {
        ...fifo,
        QueueArn: `${account}:Events.fifo`,
        VisibilityTimeout: String(settings.queue.visibilityTimeoutS),
        MessageRetentionPeriod: String(settings.queue.retentionS),
        RedrivePolicy: JSON.stringify({
          deadLetterTargetArn: `${account}:Letters.fifo`,
          maxReceiveCount: settings.queue.maxReceiveCount,
        }),
      } as Record<string, string | undefined>,
      "Letters.fifo": {
        ...fifo,
        QueueArn: `${account}:Letters.fifo`,
        VisibilityTimeout: "30",
        MessageRetentionPeriod: String(settings.deadLetterQueue.retentionS),
      } as Record<string, string | undefined>,
      Reminders: {
        ...{ ApproximateNumberOfMessages: "0", ApproximateNumberOfMessagesDelayed: "3" },
        SqsManagedSseEnabled: "true",
        VisibilityTimeout: String(settings.reminderQueue.visibilityTimeoutS),
        MessageRetentionPeriod: String(settings.reminderQueue.retentionS),
      } as Record<string, string | undefined>,
    },
    functions: {
      [links.Ingress.name]: lambda(settings.ingress.timeoutS),
      [slackLinks.SlackIngress.name]: lambda(settings.ingress.timeoutS),
      [links.Worker.name]: lambda(settings.worker.timeoutS),
    } as Record<string, ReturnType<typeof lambda>>,
    eventSources: [
      source("u-u-i-d", "Events.fifo", settings.worker.maximumConcurrency),
      source("r-u-i-d", "Reminders", settings.reminderQueue.maximumConcurrency),
    ],
    account: { ConcurrentExecutions: 1000, UnreservedConcurrentExecutions: 1000 },
    table: {
      TableStatus: "ACTIVE",
      KeySchema: keys(partitionKey, sortKey),
      GlobalSecondaryIndexes: [
        { IndexName: index.name, IndexStatus: "ACTIVE", KeySchema: keys(index.partitionKey, index.sortKey) },
      ],
    } as { TableStatus: string; KeySchema: object[]; GlobalSecondaryIndexes: Record<string, unknown>[] },
    timeToLive: { TimeToLiveStatus: "ENABLED", AttributeName: timeToLive } as Record<string, string>,
    alarms: [alarm("DeadLetters"), alarm("WorkerErrors"), { ...alarm("x"), AlarmName: "henji-test-2-Other" }],
    subscriptions: [{ SubscriptionArn: "arn:aws:sns:…:1", Protocol: "email", Endpoint: "ops@example.com" }],
    /** AWS's clock; its answers say no time, if it is not set. */
    date: Date.parse("2026-11-20T00:00:00Z") as number | undefined,
    /** Refuses these operations, or every one, by the name of an error. */
    refuses: {} as Record<string, string>,
  };
}

export type AwsStage = ReturnType<typeof healthyStage>;

/** Serves what the commands ask AWS for, in each service's protocol. */
export async function serveStage(current: () => AwsStage) {
  const server = createServer(async (request, response) => {
    const body = await textOf(request);
    const stage = current();
    const { operation, answer, isXml } = route(stage, request, body);
    response.sendDate = false;
    if (stage.date !== undefined) response.setHeader("date", new Date(stage.date).toUTCString());
    const type = stage.refuses[operation] ?? stage.refuses["*"];
    const message = `${type}: not allowed to ${operation}`;
    const status = type === undefined ? 200 : 400;
    response.writeHead(status, {
      "content-type": isXml ? "text/xml" : "application/x-amz-json-1.0",
      ...(type !== undefined && { "x-amzn-errortype": type }),
    });
    if (type === undefined) return response.end(isXml ? answer : JSON.stringify(answer));
    const error = `<Error><Code>${type}</Code><Message>${message}</Message></Error>`;
    return response.end(
      isXml
        ? `<ErrorResponse>${error}</ErrorResponse>`
        : JSON.stringify({ __type: type, message, Message: message }),
    );
  });
  const { url, close } = await listen(server, 0);
  const endpoints = ["SQS", "DYNAMODB", "LAMBDA", "CLOUDWATCH", "SNS"].map((name) => [
    `AWS_ENDPOINT_URL_${name}`,
    url,
  ]);
  return {
    env: {
      ...{ AWS_REGION: "ap-northeast-1", AWS_ACCESS_KEY_ID: "x", AWS_SECRET_ACCESS_KEY: "x" },
      // Throttles and time-outs are not what is tested.
      AWS_MAX_ATTEMPTS: "1",
      ...(Object.fromEntries(endpoints) as Record<string, string>),
    },
    close,
  };
}

type Answer = { operation: string; answer: unknown; isXml?: boolean };

function route(stage: AwsStage, request: IncomingMessage, body: string): Answer {
  const target = request.headers["x-amz-target"];
  if (typeof target === "string") return jsonRoute(stage, target.split(".")[1]!, JSON.parse(body));
  const { pathname } = new URL(request.url!, "http://aws.test");
  const [, name] = /^\/2015-03-31\/functions\/([^/]+)\/configuration$/.exec(pathname) ?? [];
  if (name) return { operation: "GetFunctionConfiguration", answer: stage.functions[name] };
  if (pathname.startsWith("/2015-03-31/event-source-mappings")) {
    const answer = { EventSourceMappings: stage.eventSources };
    return { operation: "ListEventSourceMappings", answer };
  }
  if (pathname.startsWith("/2016-08-19/account-settings")) {
    return { operation: "GetAccountSettings", answer: { AccountLimit: stage.account } };
  }
  const members = stage.subscriptions.map((fields) => {
    const elements = Object.entries(fields).map(([field, value]) => `<${field}>${value}</${field}>`);
    return `<member>${elements.join("")}</member>`;
  });
  const result = `<Subscriptions>${members.join("")}</Subscriptions>`;
  const operation = new URLSearchParams(body).get("Action") ?? pathname;
  return { operation, isXml: true, answer: `<R><${operation}Result>${result}</${operation}Result></R>` };
}

function jsonRoute(stage: AwsStage, operation: string, body: Record<string, string>): Answer {
  const answers: Record<string, () => unknown> = {
    GetQueueAttributes: () => ({
      Attributes: stage.queues[body.QueueUrl!.split("/").at(-1) as keyof AwsStage["queues"]],
    }),
    DescribeTable: () => ({ Table: stage.table }),
    DescribeTimeToLive: () => ({ TimeToLiveDescription: stage.timeToLive }),
    DescribeAlarms: () => ({ MetricAlarms: stage.alarms }),
  };
  return { operation, answer: answers[operation]!() };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
