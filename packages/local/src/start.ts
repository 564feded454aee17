import { join } from "node:path";
import { type Chats, createChats } from "@henji/core/chat/chats";
import { createChatStore } from "@henji/core/chat/store";
import { logChannel, type PrintedLevel } from "@henji/core/log";
import { createTableClient } from "@henji/core/table";
import { createTurnStore, type TurnStore } from "@henji/core/turn/store";
import { createLineSimulator, type LineSimulator, serveLine } from "@henji/line-simulator";
import { serve } from "@henji/loopback";
import { createModelSimulator, type ModelSimulator, serveModel } from "@henji/model-simulator";
import type { SlackSimulator } from "@henji/slack-simulator";
import { startAws } from "./aws.ts";
import type { BotInUse } from "./bot-in-use.ts";
import { createTable } from "./dynamo.ts";
import { createFunctionUrl, type FunctionUrlHandler } from "./function-url.ts";
import { restoreLine, saveLine } from "./line-state.ts";
import { createOperatorsSide, type OperatorsSide } from "./operators-side.ts";
import type { RunWorkerOptions } from "./run-worker.ts";
import { isOnSlack, type SlackStandIn, startSlack } from "./slack-stand-in.ts";
import { createQueues, localAws } from "./sqs.ts";
import { standInSecrets } from "./stand-in-secrets.ts";
import { startThread } from "./thread.ts";
import { watchWebhook } from "./watch-webhook.ts";
import { contentChannel, type Seen } from "./watch-worker.ts";

export type LocalOptions = {
  /** The first of five consecutive ports, or seven of a bot on Slack. Default: 0, free ones. */
  firstPort?: number;
  /** Where state is kept between runs. Default: in memory. */
  directory?: string;
  /** A file in place of `HENJI_BOT_CONFIG`, or else of the project's `bot.config.ts`. */
  botConfig?: string;
  /** A real model instead of the stand-in. */
  openAi?: { apiKey: string; baseUrl: string | undefined };
  /** What the handlers print; Studio shows every level. Default: "error". */
  logLevel?: PrintedLevel;
  /** Latency of the stand-in model. Default: 0. */
  modelLatencyMs?: number;
  /** "bot": nobody but the bot answers, and LINE itself shows every message as read. Default: "chat". */
  chatMode?: "chat" | "bot";
};

export type Local = {
  line: LineSimulator;
  /** Only of a bot on Slack. */
  slack: SlackSimulator | undefined;
  /** The stand-in; undefined with a real model. */
  model: ModelSimulator | undefined;
  urls: { webhook: string; line: string; model: string; sqs: string; dynamodb: string } & Partial<
    SlackStandIn["urls"]
  >;
  /** The chats' memory, read from the table that the worker writes. */
  chats: Chats;
  /** The turns as they are stored. */
  turns: Pick<TurnStore, "read">;
  /** What was given up on, and the queues. */
  operators: OperatorsSide;
  /** What the worker has read from the last valid `bot.config.ts`. */
  bot(): BotInUse;
  /** What another process must set to reach the same services. */
  environment: Record<string, string>;
  /** Restarts the worker with the current `bot.config.ts`; if the file is broken, nothing changes. */
  reloadWorker(): Promise<void>;
  /** Messages wait in the queue afterwards. */
  stopWorker(): Promise<void>;
  stop(): Promise<void>;
};

const { channelSecret, channelAccessToken } = standInSecrets;
const projectBot = join(import.meta.dirname, "../../../bot.config.ts");

/**
 * Starts the whole system in this process: first the stand-ins, then the environment that the handlers
 * read, then the handlers.
 */
export async function startLocal(options: LocalOptions = {}): Promise<Local> {
  const { directory, firstPort = 0, openAi, logLevel = "error" } = options;
  const botConfig = options.botConfig ?? process.env.HENJI_BOT_CONFIG;
  const port = (offset: number) => (firstPort === 0 ? 0 : firstPort + offset);
  const at = (name: string) => (directory === undefined ? undefined : join(directory, name));
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const step of stops.splice(0).reverse()) await step();
  };
  try {
    return await start();
  } catch (error) {
    await stop();
    throw error;
  }

  async function start(): Promise<Local> {
    const aws = await startAws({
      sqsPort: port(3),
      dynamodbPort: port(4),
      sqsDirectory: at("sqs"),
      dynamodbDirectory: at("dynamodb"),
    });
    stops.push(aws.stop);
    const [queues, table] = await Promise.all([createQueues(aws.sqs), createTable(aws.dynamodb)]);
    stops.push(async () => queues.client.destroy());

    const ingressHandler = Promise.withResolvers<FunctionUrlHandler>();
    const functionUrl = createFunctionUrl(
      watchWebhook(
        async (event) => (await ingressHandler.promise)(event),
        (seen) => contentChannel.publish(seen),
      ),
    );
    const ingress = await serve(functionUrl.fetch, port(0));
    stops.push(ingress.close);

    const line = createLineSimulator({
      channelSecret,
      channelAccessToken,
      botName: "Henji",
      chatMode: options.chatMode,
      webhookUrl: `${ingress.url}/`,
      snapshot: restoreLine(at("line.json")),
    });
    const lineServer = await serveLine(line, { port: port(1) });
    stops.push(lineServer.close, saveLine(line, at("line.json")));

    const slackHandler = Promise.withResolvers<FunctionUrlHandler>();
    const onSlack = await isOnSlack(botConfig ?? projectBot);
    const slack = onSlack
      ? await startSlack(async (event) => (await slackHandler.promise)(event), port)
      : undefined;
    if (slack) stops.push(slack.close);

    const model = openAi ? undefined : createModelSimulator({ latencyMs: options.modelLatencyMs ?? 0 });
    const modelServer = model && (await serveModel(model, { port: port(2) }));
    if (modelServer) stops.push(modelServer.close);

    const environment = {
      ...(botConfig !== undefined && { HENJI_BOT_CONFIG: botConfig }),
      AWS_REGION: localAws.region,
      AWS_ACCESS_KEY_ID: localAws.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: localAws.credentials.secretAccessKey,
      AWS_ENDPOINT_URL_SQS: aws.sqs,
      AWS_ENDPOINT_URL_DYNAMODB: aws.dynamodb,
      LINE_API_BASE_URL: lineServer.url,
      LINE_DATA_API_BASE_URL: lineServer.url,
      ...slack?.environment,
      OPENAI_BASE_URL: modelServer?.url ?? openAi?.baseUrl ?? "https://api.openai.com/v1",
      SST_RESOURCES_JSON: JSON.stringify({
        App: { name: "henji", stage: "local" },
        Ingress: { url: `${ingress.url}/` },
        LineChannelSecret: { value: channelSecret },
        LineChannelAccessToken: { value: channelAccessToken },
        ...slack?.links,
        OpenAiApiKey: { value: openAi?.apiKey ?? standInSecrets.apiKey },
        EventQueue: { url: queues.eventQueue.url },
        DeadLetterQueue: { url: queues.deadLetterQueue.url },
        Reminders: { url: queues.reminders.url },
        Conversations: { name: table },
      }),
      LOG_LEVEL: logLevel,
    };
    // The SDK would prefer the credentials of a profile.
    delete process.env.AWS_PROFILE;
    Object.assign(process.env, environment);

    ingressHandler.resolve((await import("@henji/functions/ingress")).handler);
    if (slack) slackHandler.resolve((await import("@henji/functions/slack-ingress")).handler);
    let worker = await startWorker();
    stops.push(() => worker.stop());

    const client = createTableClient();
    const conversations = { client, table };
    stops.push(async () => client.destroy());

    return {
      line,
      slack: slack?.slack,
      model,
      urls: {
        webhook: ingress.url,
        line: lineServer.url,
        model: environment.OPENAI_BASE_URL,
        sqs: aws.sqs,
        dynamodb: aws.dynamodb,
        ...slack?.urls,
      },
      chats: createChats(createChatStore(conversations)),
      turns: createTurnStore(conversations),
      operators: createOperatorsSide(queues, conversations),
      bot: () => worker.ready,
      environment,
      async reloadWorker() {
        // Started first: if bot.config.ts is broken, the current worker stays.
        const next = await startWorker();
        const previous = worker;
        worker = next;
        await previous.stop();
      },
      stopWorker: () => worker.stop(),
      stop,
    };

    /** In its own thread with its own environment, as on Lambda. */
    function startWorker() {
      const workerData: RunWorkerOptions = {
        queueUrl: queues.eventQueue.url,
        queueArn: queues.eventQueue.arn,
        reminders: queues.reminders,
        botConfig,
      };
      return startThread<BotInUse>(
        new URL("./worker-thread.ts", import.meta.url),
        { workerData, env: { ...process.env, ...environment } },
        (message) => {
          const seen = message as Seen;
          if (seen.type === "log") logChannel.publish(seen.entry);
          else contentChannel.publish(seen);
        },
      );
    }
  }
}
