import { ChangeMessageVisibilityCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { FauxqsServer } from "fauxqs";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { type EventSource, type EventSourceOptions, startEventSource } from "../src/event-source.ts";
import { startOnLoopback } from "../src/fauxqs.ts";
import type { EventHandler, Invocation } from "../src/lambda-invoke.ts";

const name = "jobs.fifo";

/** A queue for each test of a file, and an event source on it once the test has started one. */
export function useQueue() {
  let fauxqs: FauxqsServer;
  let sqs: SQSClient;
  let source: EventSource | undefined;
  let messagesSent = 0;
  let finished = Promise.withResolvers<void>();

  const queue = {
    get sqs() {
      return sqs;
    },
    url: "",
    arn: "",
    /** Finished batches, oldest first. */
    invocations: [] as Invocation[],
    /** Names of log lines. */
    logged: [] as string[],

    /** Starts the event source of this test. */
    start(handler: EventHandler, more: Partial<EventSourceOptions> = {}): EventSource {
      const log = (line: string) => void queue.logged.push(line);
      source = startEventSource({
        sqs,
        queueUrl: queue.url,
        queueArn: queue.arn,
        handler,
        batchSize: 10,
        timeoutMs: 10_000,
        maximumConcurrency: 20,
        onInvocation: (invocation) => {
          queue.invocations.push(invocation);
          finished.resolve();
          finished = Promise.withResolvers();
        },
        log: { warn: log, error: log },
        ...more,
      });
      return source;
    },

    /** @returns the message's id */
    send(group: string, body = "hello"): string {
      messagesSent += 1;
      const messageDeduplicationId = `event-${messagesSent}`;
      return fauxqs.sendMessage(name, body, { messageGroupId: group, messageDeduplicationId }).messageId;
    },

    /** Resolves when so many batches are finished. */
    async batches(count: number): Promise<void> {
      while (queue.invocations.length < count) await finished.promise;
    },

    /** Resolves when so many messages are in finished batches. */
    async messages(count: number): Promise<void> {
      const total = () => queue.invocations.reduce((sum, { messageIds }) => sum + messageIds.length, 0);
      while (total() < count) await finished.promise;
    },

    /** Messages that were not deleted: how many can be received, and the ids of those in flight. */
    left() {
      const { ready, inflight } = fauxqs.inspectQueue(name)!.messages;
      return { ready: ready.length, inflight: inflight.map(({ message }) => message.messageId) };
    },

    /** Ends a message's visibility time-out. */
    async makeVisible(messageId: string): Promise<void> {
      const { inflight } = fauxqs.inspectQueue(name)!.messages;
      const ReceiptHandle = inflight.find(({ message }) => message.messageId === messageId)!.receiptHandle;
      await sqs.send(
        new ChangeMessageVisibilityCommand({ QueueUrl: queue.url, ReceiptHandle, VisibilityTimeout: 0 }),
      );
    },
  };

  beforeAll(async () => {
    fauxqs = await startOnLoopback();
    const credentials = { accessKeyId: "local", secretAccessKey: "local" };
    sqs = new SQSClient({ endpoint: fauxqs.address, region: "us-east-1", credentials });
  });
  afterAll(async () => {
    sqs.destroy();
    await fauxqs.stop();
  });
  beforeEach(() => {
    const attributes = { FifoQueue: "true", VisibilityTimeout: "600" };
    const { queueUrl, queueArn } = fauxqs.createQueue(name, { attributes });
    Object.assign(queue, { url: queueUrl, arn: queueArn, invocations: [], logged: [] });
    source = undefined;
    finished = Promise.withResolvers();
  });
  afterEach(async () => {
    const stopped = source?.stop();
    // Ends the outstanding receive, so that no test waits for it.
    fauxqs.deleteQueue(name);
    await stopped;
  });

  return queue;
}

/** What `left` returns when every message was deleted. */
export const nothing = { ready: 0, inflight: [] };
