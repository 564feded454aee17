/**
 * The worker on a laptop, for `sst dev`: it takes the messages of the stage's queue, since Lambda does not while
 * `sst dev` has switched its event source off. Killed at any moment it loses nothing: what it has not finished is
 * visible again within 30 seconds, to the next one.
 */
import { GetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { decodeJob } from "@henji/core/queue/job";
import { hold } from "@henji/core/settings";
import { link } from "@henji/functions/links";
import type { SQSEvent } from "aws-lambda";
import { inUse } from "./bot-in-use.ts";
import { differences, readDevStage } from "./dev-stage.ts";
import { createTeller } from "./dev-tell.ts";
import { loadBot } from "./load-bot.ts";
import { runWorker } from "./run-worker.ts";
import { watchWorker } from "./watch-worker.ts";

/** What a stop waits for the messages in work. Under a debugger, or in an endless loop, they may never be done. */
const STOP_MS = 20_000;

const { studioUrl, lineSimulatorUrl } = readDevStage();
const { tell, close } = createTeller(studioUrl);

async function main(): Promise<void> {
  const queueUrl = link("EventQueue");
  const { arn, waiting, inWork } = await describeQueue(queueUrl);
  watchWorker(tell);
  // Hidden for no longer than it is held: this process is restarted again and again, also before it holds a message.
  const reminders = { url: link("Reminders"), arn: (await describeQueue(link("Reminders"))).arn };
  const source = await runWorker({
    ...{ queueUrl, queueArn: arn, reminders, visibilityTimeoutS: hold.forS, onBatch },
  });
  const { model, ...bot } = inUse(await loadBot());
  tell({ type: "bot", bot: { model, ...bot } });
  stopOnSignal(source.stop);

  console.log(`
Worker of stage ${link("App")}, instead of its Lambda, with ${model.name} and ${lineSimulatorUrl ? "the LINE simulator" : "LINE"}
Waiting: ${waiting}; in work: ${inWork} (those of a worker that was killed come back within ${hold.forS} s)
${differences}
`);
}

async function describeQueue(QueueUrl: string) {
  const sqs = new SQSClient({ useQueueUrlAsEndpoint: false });
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl,
      AttributeNames: [
        ...(["QueueArn", "ApproximateNumberOfMessages"] as const),
        "ApproximateNumberOfMessagesNotVisible",
      ],
    }),
  );
  sqs.destroy();
  return {
    arn: Attributes.QueueArn ?? "",
    waiting: Attributes.ApproximateNumberOfMessages ?? "0",
    inWork: Attributes.ApproximateNumberOfMessagesNotVisible ?? "0",
  };
}

/** The webhook's events, as the queue has them: with LINE itself, Studio learns of them nowhere else. */
function onBatch({ Records }: SQSEvent): void {
  for (const { body } of Records) {
    try {
      const { eventId, event } = decodeJob(body);
      tell({ type: "event", eventId, event: event as object });
    } catch {
      // The worker says what is wrong with it.
    }
  }
}

/** Finishes what is in work, and takes nothing new. A Ctrl-C comes twice: from the terminal, and from `node --watch`. */
function stopOnSignal(stop: () => Promise<void>): void {
  let isStopping = false;
  const onSignal = async () => {
    if (isStopping) return;
    isStopping = true;
    setTimeout(() => process.exit(1), STOP_MS).unref();
    await stop();
    await close();
    process.exit(0);
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
}

main().catch((error: Error & { code?: string }) => {
  // A mistake in bot.config.ts is explained by its message. `node --watch` tries again once a file has changed.
  console.error(error.code?.startsWith("config.") ? error.message : error);
  process.exitCode = 1;
});
