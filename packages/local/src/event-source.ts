import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import {
  DeleteMessageBatchCommand,
  type Message,
  type MessageAttributeValue,
  ReceiveMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import type { Log } from "@henji/core/log";
import type { Context, SQSEvent, SQSMessageAttribute, SQSRecord } from "aws-lambda";

/** A Lambda handler. What it returns crosses a boundary, as JSON, and is judged there. */
export type EventHandler = (event: SQSEvent, context: Context) => Promise<unknown>;

/** What became of one batch. */
export type Invocation = {
  requestId: string;
  /** In the order of the event. */
  messageIds: string[];
  /** Those left to their visibility time-out; the others are deleted. */
  failed: string[];
  /** Why all of them failed, if the handler did not say it message by message. */
  failure?: "threw" | "timed-out" | "malformed-response";
  durationMs: number;
};

export type EventSourceOptions = {
  sqs: Pick<SQSClient, "send">;
  queueUrl: string;
  queueArn: string;
  handler: EventHandler;
  /** SQS: 1 to 10. */
  batchSize: number;
  /** A handler that runs longer has failed. Lambda kills it; here it runs on, unheard. */
  timeoutMs: number;
  maximumConcurrency: number;
  /** Default: "worker". */
  functionName?: string;
  /** Epoch milliseconds. Default: `Date.now`. */
  clock?: () => number;
  /** Called when a batch is over and what succeeded is deleted. */
  onInvocation?: (invocation: Invocation) => void;
  log: Pick<Log, "warn" | "error">;
};

export type EventSource = {
  /** Takes effect with the next batch. */
  setHandler(handler: EventHandler): void;
  /** Receives no more, finishes what it has received, and deletes what succeeded. */
  stop(): Promise<void>;
};

/**
 * Short, because a receive cannot be taken back: the queue would hand a message to
 * a connection that nobody reads, and its chat would stand still for the visibility
 * time-out. So `stop` waits for the receive to end, and this is how long it takes.
 */
const WAIT_S = 1;
const RECEIVE_BACKOFF_MS = 1_000;

/**
 * Lambda's SQS event source, without Lambda. A batch that was received together is
 * one invocation and is never split, so the queue's promise holds: a message group
 * is in one invocation at a time. One receive is outstanding: four take up a lone
 * message no sooner (1 ms) and cost a third more CPU.
 *
 * Unlike Lambda it does not slow down after errors.
 */
export function startEventSource(options: EventSourceOptions): EventSource {
  const { sqs, queueUrl: QueueUrl, batchSize, maximumConcurrency, log } = options;
  let { handler } = options;
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();
  let slotFreed = Promise.withResolvers<void>();

  async function receive(): Promise<Message[]> {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: batchSize,
        WaitTimeSeconds: WAIT_S,
        MessageSystemAttributeNames: ["All"],
        MessageAttributeNames: ["All"],
      }),
    );
    return Messages;
  }

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

  /** A message that is not deleted comes back, and its handler knows it again. */
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
    setHandler: (next) => {
      handler = next;
    },
    stop: async () => {
      stopping.abort();
      await stopped;
      await Promise.all(running);
    },
  };
}

/** Runs a batch through a handler as Lambda would, and never throws. */
async function invoke(
  handler: EventHandler,
  messages: Message[],
  { queueArn, timeoutMs, functionName = "worker", clock = Date.now, log }: EventSourceOptions,
): Promise<Invocation> {
  const startedAtMs = clock();
  const requestId = randomUUID();
  const messageIds = messages.map(({ MessageId }) => MessageId!);
  const end = (failed: string[], failure?: Invocation["failure"]): Invocation => ({
    requestId,
    messageIds,
    failed,
    ...(failure && { failure }),
    durationMs: clock() - startedAtMs,
  });

  const event = overTheWire<SQSEvent>({ Records: messages.map((message) => toRecord(message, queueArn)) });
  const remainingMs = () => Math.max(0, startedAtMs + timeoutMs - clock());
  const context = createContext(functionName, queueArn, requestId, remainingMs);
  const timedOut = Symbol();
  const deadline = new AbortController();
  try {
    const response = await Promise.race([
      handler(event, context),
      wait(timeoutMs, timedOut, { signal: deadline.signal }),
    ]);
    if (response === timedOut) return end(messageIds, "timed-out");
    const failed = failedIds(response, messageIds);
    return failed ? end(failed) : end(messageIds, "malformed-response");
  } catch (error) {
    log.error("event_source.handler_threw", { requestId, error: String(error) });
    return end(messageIds, "threw");
  } finally {
    deadline.abort();
  }
}

/**
 * Reads a partial batch response. Nothing said is success of all; one identifier
 * that is not of this batch makes the whole answer worthless.
 *
 * @returns ids of failed messages, or undefined if the response is malformed
 */
function failedIds(response: unknown, messageIds: string[]): string[] | undefined {
  try {
    const { batchItemFailures } = overTheWire<{ batchItemFailures?: unknown }>(response ?? {});
    const failures = batchItemFailures ?? [];
    if (!Array.isArray(failures)) return undefined;
    const ids = failures.map((failure) => failure?.itemIdentifier);
    return ids.every((id) => messageIds.includes(id)) ? ids : undefined;
  } catch {
    return undefined;
  }
}

/** What survives JSON, as on the way to a Lambda and back: a copy, without what is undefined. */
const overTheWire = <T>(value: unknown): T => JSON.parse(JSON.stringify(value));

function toRecord(message: Message, queueArn: string): SQSRecord {
  const { MessageId, ReceiptHandle, Body, Attributes, MessageAttributes = {}, MD5OfBody } = message;
  const attributes = Object.entries(MessageAttributes).map(([name, value]) => [name, toAttribute(value)]);
  return {
    messageId: MessageId!,
    receiptHandle: ReceiptHandle!,
    body: Body!,
    attributes: Attributes as SQSRecord["attributes"],
    messageAttributes: Object.fromEntries(attributes),
    md5OfBody: MD5OfBody!,
    ...(message.MD5OfMessageAttributes && { md5OfMessageAttributes: message.MD5OfMessageAttributes }),
    eventSource: "aws:sqs",
    eventSourceARN: queueArn,
    awsRegion: region(queueArn),
  };
}

function toAttribute({ DataType, StringValue, BinaryValue }: MessageAttributeValue): SQSMessageAttribute {
  return {
    stringValue: StringValue,
    binaryValue: BinaryValue && Buffer.from(BinaryValue).toString("base64"),
    stringListValues: [],
    binaryListValues: [],
    dataType: DataType!,
  };
}

function createContext(
  functionName: string,
  queueArn: string,
  awsRequestId: string,
  getRemainingTimeInMillis: () => number,
): Context {
  const notSupported = () => {
    throw new Error("Node 24 on Lambda has no callbacks: return a promise");
  };
  return {
    functionName,
    functionVersion: "$LATEST",
    invokedFunctionArn: `arn:aws:lambda:${region(queueArn)}:000000000000:function:${functionName}`,
    memoryLimitInMB: "512",
    awsRequestId,
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: "local",
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis,
    done: notSupported,
    fail: notSupported,
    succeed: notSupported,
  };
}

/** `arn:aws:sqs:<region>:<account>:<name>` */
const region = (queueArn: string) => queueArn.split(":")[3] ?? "";
