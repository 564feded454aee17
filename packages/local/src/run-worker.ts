import { registerHooks } from "node:module";
import { pathToFileURL } from "node:url";
import { SQSClient } from "@aws-sdk/client-sqs";
import { createLog } from "@henji/core/log";
import { reminderQueue, worker } from "@henji/core/settings";
import { writeLine } from "@henji/functions/stdout";
import type { SQSEvent } from "aws-lambda";
import { type EventSource, startEventSource } from "./event-source.ts";
import { loadBot } from "./load-bot.ts";

export type RunWorkerOptions = {
  queueUrl: string;
  queueArn: string;
  reminders: { url: string; arn: string };
  /** A file in place of the project's `bot.config.ts`. */
  botConfig?: string | undefined;
  /** Default: the worker's, as on Lambda. */
  timeoutMs?: number;
  /** For how long a received message is hidden, until it is held. Default: the queue's time-out, as with Lambda. */
  visibilityTimeoutS?: number;
  /** Called with each batch before the handler is. */
  onBatch?: (event: SQSEvent) => void;
};

/**
 * Runs the worker as Lambda does: an event source calls the same handler. The handler reads the
 * environment when it is imported.
 */
export async function runWorker(options: RunWorkerOptions): Promise<EventSource> {
  const {
    queueUrl,
    queueArn,
    reminders,
    botConfig,
    timeoutMs = worker.timeoutS * 1000,
    visibilityTimeoutS,
    onBatch,
  } = options;
  if (botConfig) replaceBotConfig(pathToFileURL(botConfig).href);
  const { platforms } = await loadBot();
  // The same that is deployed.
  const { handler } = platforms.includes("slack")
    ? await import("@henji/functions/slack-worker")
    : await import("@henji/functions/worker");
  const shared = {
    sqs: new SQSClient({ useQueueUrlAsEndpoint: false }),
    ...{ batchSize: worker.batchSize, timeoutMs, visibilityTimeoutS },
    log: createLog({ write: writeLine }),
  };
  const events = startEventSource({
    ...{ ...shared, queueUrl, queueArn },
    handler(event, context) {
      onBatch?.(event);
      return handler(event, context);
    },
    maximumConcurrency: worker.maximumConcurrency,
  });
  const due = startEventSource({
    ...{ ...shared, queueUrl: reminders.url, queueArn: reminders.arn, handler },
    maximumConcurrency: reminderQueue.maximumConcurrency,
  });
  return {
    async stop() {
      await Promise.all([events.stop(), due.stop()]);
    },
  };
}

/** On Lambda `bot.config.ts` is part of the bundle, so the handler names it by its path. */
export function replaceBotConfig(url: string): void {
  registerHooks({
    resolve(specifier, context, next) {
      return next(specifier.endsWith("/bot.config.ts") ? url : specifier, context);
    },
  });
}
