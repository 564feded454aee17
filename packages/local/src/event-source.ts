import { setTimeout as wait } from "node:timers/promises";
import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import type { Log } from "@henji/core/log";
import { type EventHandler, type Invocation, type InvokeOptions, invoke } from "./lambda-invoke.ts";

export type EventSourceOptions = InvokeOptions & {
  sqs: Pick<SQSClient, "send">;
  queueUrl: string;
  handler: EventHandler;
  /** SQS: 1 to 10. */
  batchSize: number;
  maximumConcurrency: number;
  /** For how long a received message is hidden. Default: the queue's time-out, as with Lambda. */
  visibilityTimeoutS?: number | undefined;
  /** Called when a batch is finished and its successful messages are deleted. */
  onInvocation?: (invocation: Invocation) => void;
  log: Pick<Log, "warn">;
};

export type EventSource = {
  /** Stops receiving, then waits until the received batches are finished. */
  stop(): Promise<void>;
};

/**
 * Short, because a receive cannot be cancelled: the queue would send messages to a closed connection,
 * and their chats would wait for the visibility time-out. `stop` waits for the receive instead, at
 * most this long.
 */
const WAIT_S = 1;
const RECEIVE_BACKOFF_MS = 1_000;

/**
 * Lambda's SQS event source, without Lambda. The messages of one receive are one batch, which is never
 * split, so that a message group is in one invocation at a time, as SQS guarantees for a receive. One
 * receive is outstanding at a time: four take up a single message no sooner (1 ms) and use a third
 * more CPU.
 *
 * Unlike Lambda it does not slow down after errors.
 */
export function startEventSource(options: EventSourceOptions): EventSource {
  const {
    sqs,
    queueUrl: QueueUrl,
    handler,
    batchSize,
    maximumConcurrency,
    visibilityTimeoutS,
    log,
  } = options;
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();
  let slotFreed = Promise.withResolvers<void>();

  async function receiveUntilStopped() {
    const { signal } = stopping;
    while (!signal.aborted) {
      if (running.size >= maximumConcurrency) {
        await slotFreed.promise;
        continue;
      }
      try {
        const messages = await receive();
        if (messages.length > 0) start(messages);
      } catch (error) {
        log.warn("event_source.receive_failed", { error: String(error) });
        await wait(RECEIVE_BACKOFF_MS, undefined, { signal }).catch(() => {});
      }
    }
  }

  async function receive(): Promise<Message[]> {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: batchSize,
        WaitTimeSeconds: WAIT_S,
        VisibilityTimeout: visibilityTimeoutS,
        MessageSystemAttributeNames: ["All"],
        MessageAttributeNames: ["All"],
      }),
    );
    return Messages;
  }

  function start(messages: Message[]) {
    const batch = run(messages).finally(() => {
      running.delete(batch);
      slotFreed.resolve();
      slotFreed = Promise.withResolvers();
    });
    running.add(batch);
  }

  async function run(messages: Message[]) {
    const invocation = await invoke(handler, messages, options);
    const { failure, requestId, failed } = invocation;
    if (failure) log.error("event_source.batch_failed", { failure, requestId, messages: messages.length });
    await deleteAll(messages.filter(({ MessageId }) => !failed.includes(MessageId!)));
    options.onInvocation?.(invocation);
  }

  /** A message that could not be deleted is delivered again; the handler then recognizes it. */
  async function deleteAll(messages: Message[]) {
    if (messages.length === 0) return;
    const Entries = messages.map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle }));
    try {
      const { Failed = [] } = await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
      if (Failed.length > 0) log.warn("event_source.delete_failed", { messages: Failed.length });
    } catch (error) {
      log.warn("event_source.delete_failed", { messages: messages.length, error: String(error) });
    }
  }

  const stopped = receiveUntilStopped();
  return {
    async stop() {
      stopping.abort();
      await stopped;
      await Promise.all(running);
    },
  };
}
