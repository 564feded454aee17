// A contestant with stand-ins of its own, and its functions in processes of their own.
import { GetQueueAttributesCommand, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { worker as settings } from "@henji/core/settings";
import type { LambdaFunctionURLResult, SQSEvent } from "aws-lambda";
import { startEventSource } from "../../src/event-source.ts";
import type { Bundles } from "./bundle.ts";
import { type Contestant, memoryOf } from "./contestants.ts";
import { type LambdaFunction, startFunction } from "./lambda.ts";
import { type Gates, type StandIns, startStandIns } from "./stand-ins.ts";

export type Stage = Pick<StandIns, "line" | "model" | "modelTakes" | "services" | "units"> & {
  contestant: Contestant;
  ingress: LambdaFunction;
  /** The same as `ingress` if there is no queue. */
  worker: LambdaFunction;
  /** Whether nothing is left in the queues and nobody is at work. */
  isQuiet(): Promise<boolean>;
  /** The bodies of all messages of the dead-letter queue, which are hidden after that. */
  deadLetters(): Promise<string[]>;
  stop(): Promise<void>;
};

export type StageOptions = {
  gates?: Gates & {
    /** Whether the queue hands out a batch again that was done. */
    isDeliveredAgain(event: SQSEvent): boolean;
  };
  /** Whether capacity units are counted, which takes time. */
  isMetered?: boolean;
};

export async function startStage(
  contestant: Contestant,
  bundles: Bundles,
  options: StageOptions = {},
): Promise<Stage> {
  const standIns = await startStandIns(
    contestant,
    // Webhooks come once everything runs.
    (event) => ingress.invoke(event, timeoutMs) as Promise<LambdaFunctionURLResult>,
    options,
  );
  const { sqs, queues, deadLetterQueueUrl, environment, timeoutMs } = standIns;
  const files = bundles.of(contestant);
  const memory = memoryOf(contestant);
  const start = (file: string, memoryMb: number) =>
    startFunction({ runtime: bundles.runtime, file, memoryMb, environment });
  const ingress = start(files.ingress, memory.ingressMb);
  const worker = files.worker === undefined ? ingress : start(files.worker, memory.workerMb);
  const sources = queues.map(({ url, arn }) =>
    startEventSource({
      ...{ sqs, queueUrl: url, queueArn: arn, timeoutMs },
      async handler(event, context) {
        const call = () => worker.invoke(event, context.getRemainingTimeInMillis());
        const response = await call();
        return options.gates?.isDeliveredAgain(event) ? call() : response;
      },
      batchSize: settings.batchSize,
      maximumConcurrency: settings.maximumConcurrency,
      log: { warn() {}, error() {} },
    }),
  );
  return {
    ...{ ...standIns, contestant, ingress, worker },
    async isQuiet() {
      if (ingress.isBusy() || worker.isBusy()) return false;
      for (const { url: QueueUrl } of queues) {
        const { Attributes = {} } = await sqs.send(
          new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }),
        );
        const counts = Object.entries(Attributes).filter(([name]) => name.startsWith("ApproximateNumberOf"));
        if (counts.some(([, count]) => count !== "0")) return false;
      }
      return true;
    },
    async deadLetters() {
      const bodies: string[] = [];
      for (;;) {
        const { Messages = [] } = await sqs.send(
          new ReceiveMessageCommand({ QueueUrl: deadLetterQueueUrl, MaxNumberOfMessages: 10 }),
        );
        if (Messages.length === 0) return bodies;
        bodies.push(...Messages.map(({ Body = "" }) => Body));
      }
    },
    async stop() {
      await Promise.all(sources.map((source) => source.stop()));
      await Promise.all([ingress.stop(), worker.stop()]);
      await standIns.stop();
    },
  };
}
