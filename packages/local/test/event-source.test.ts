import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import type { Context, SQSEvent } from "aws-lambda";
import { type FauxqsServer, startFauxqs } from "fauxqs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  type EventSource,
  type EventSourceOptions,
  type Invocation,
  startEventSource,
} from "../src/event-source.ts";

const name = "jobs.fifo";
let fauxqs: FauxqsServer;
let sqs: SQSClient;
let queueUrl = "";
let queueArn = "";
let source: EventSource | undefined;
let invocations: Invocation[] = [];
let logged: string[] = [];
let over = Promise.withResolvers<void>();

beforeAll(async () => {
  fauxqs = await startFauxqs({ port: 0, logger: false });
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  sqs = new SQSClient({ endpoint: fauxqs.address, region: "us-east-1", credentials });
});
afterAll(async () => {
  sqs.destroy();
  await fauxqs.stop();
});
beforeEach(() => {
  const attributes = { FifoQueue: "true", VisibilityTimeout: "600" };
  ({ queueUrl, queueArn } = fauxqs.createQueue(name, { attributes }));
  [source, invocations, logged, over] = [undefined, [], [], Promise.withResolvers()];
});
afterEach(async () => {
  const stopped = source?.stop();
  // Ends the receive that is outstanding, so that no test waits for it.
  fauxqs.deleteQueue(name);
  await stopped;
});

function start(handler: EventSourceOptions["handler"], more: Partial<EventSourceOptions> = {}) {
  const log = (line: string) => void logged.push(line);
  source = startEventSource({
    sqs,
    queueUrl,
    queueArn,
    handler,
    batchSize: 10,
    timeoutMs: 10_000,
    maximumConcurrency: 20,
    onInvocation: (invocation) => {
      invocations.push(invocation);
      over.resolve();
      over = Promise.withResolvers();
    },
    log: { warn: log, error: log },
    ...more,
  });
  return source;
}

/** Resolves when so many batches are over. */
async function untilOver(count: number) {
  while (invocations.length < count) await over.promise;
}

let sent = 0;
function send(group: string, body = "hello") {
  const messageDeduplicationId = `event-${sent++}`;
  return fauxqs.sendMessage(name, body, { messageGroupId: group, messageDeduplicationId }).messageId;
}

const left = () => {
  const { ready, inflight } = fauxqs.inspectQueue(name)!.messages;
  return { ready: ready.length, inflight: inflight.map(({ message }) => message.messageId) };
};
const nothing = { ready: 0, inflight: [] };

test("a handler gets the event and the context that Lambda would give it", async () => {
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: queueUrl,
      MessageBody: '{"text":"返事"}',
      MessageGroupId: "chat",
      MessageDeduplicationId: "webhook-event",
      MessageAttributes: {
        kind: { DataType: "String", StringValue: "message" },
        bytes: { DataType: "Binary", BinaryValue: new Uint8Array([1, 2, 3]) },
      },
    }),
  );
  let now = 1_000_000;
  const seen: { event: SQSEvent; context: Context; remainingMs: number[] }[] = [];
  start(
    async (event, context) => {
      const atFirst = context.getRemainingTimeInMillis();
      now += 4_000;
      const later = context.getRemainingTimeInMillis();
      now += 60_000;
      seen.push({ event, context, remainingMs: [atFirst, later, context.getRemainingTimeInMillis()] });
    },
    { clock: () => now, functionName: "henji-worker" },
  );
  await untilOver(1);

  const { event, context, remainingMs } = seen[0]!;
  const digits = expect.stringMatching(/^\d+$/);
  expect(event).toStrictEqual({
    Records: [
      {
        messageId: expect.any(String),
        receiptHandle: expect.any(String),
        body: '{"text":"返事"}',
        attributes: {
          ApproximateReceiveCount: "1",
          ApproximateFirstReceiveTimestamp: digits,
          SentTimestamp: digits,
          SenderId: digits,
          SequenceNumber: digits,
          MessageGroupId: "chat",
          MessageDeduplicationId: "webhook-event",
        },
        messageAttributes: {
          kind: { stringValue: "message", stringListValues: [], binaryListValues: [], dataType: "String" },
          bytes: { binaryValue: "AQID", stringListValues: [], binaryListValues: [], dataType: "Binary" },
        },
        md5OfBody: expect.stringMatching(/^[0-9a-f]{32}$/),
        md5OfMessageAttributes: expect.stringMatching(/^[0-9a-f]{32}$/),
        eventSource: "aws:sqs",
        eventSourceARN: queueArn,
        awsRegion: "us-east-1",
      },
    ],
  });
  expect(context).toMatchObject({ functionName: "henji-worker", awsRequestId: invocations[0]?.requestId });
  expect(remainingMs).toEqual([10_000, 6_000, 0]);
});

test("a batch mixes chats, and its messages are deleted together", async () => {
  const ids = Array.from({ length: 10 }, (_, i) => send(`chat-${i}`));
  start(async () => ({ batchItemFailures: [] }));
  await untilOver(1);
  expect(invocations[0]).toMatchObject({ messageIds: ids, failed: [] });
  expect(left()).toEqual(nothing);
});

describe("a response", () => {
  test.each([
    ["nothing", undefined],
    ["null", null],
    ["an empty object", {}],
    ["an absent list", { batchItemFailures: null }],
    ["an empty list", { batchItemFailures: [] }],
  ])("of %s is success of all", async (_, response) => {
    send("a");
    send("b");
    start(async () => response);
    await untilOver(1);
    expect(invocations[0]?.failed).toEqual([]);
    expect(left()).toEqual(nothing);
  });

  test("that names a message leaves it to its visibility and deletes the others", async () => {
    const [failing] = [send("a"), send("b")];
    const counts: unknown[] = [];
    start(async ({ Records }) => {
      const record = Records.find(({ messageId }) => messageId === failing);
      counts.push(record?.attributes.ApproximateReceiveCount);
      return { batchItemFailures: counts.length === 1 ? [{ itemIdentifier: failing }] : [] };
    });
    await untilOver(1);
    expect(left()).toEqual({ ready: 0, inflight: [failing] });

    await makeVisible(failing);
    await untilOver(2);
    expect(counts).toEqual(["1", "2"]);
    expect(left()).toEqual(nothing);
  });

  const circular: { batchItemFailures: unknown[] } = { batchItemFailures: [] };
  circular.batchItemFailures.push(circular);
  test.each([
    [
      "an empty identifier",
      (id: string) => ({ batchItemFailures: [{ itemIdentifier: id }, { itemIdentifier: "" }] }),
    ],
    ["no identifier", () => ({ batchItemFailures: [{ itemIdentifier: null }] })],
    ["an identifier of no message", () => ({ batchItemFailures: [{ itemIdentifier: "someone else's" }] })],
    ["an identifier under a wrong key", (id: string) => ({ batchItemFailures: [{ messageId: id }] })],
    ["a bare identifier", (id: string) => ({ batchItemFailures: [id] })],
    ["a null entry", () => ({ batchItemFailures: [null] })],
    ["no list", (id: string) => ({ batchItemFailures: id })],
    ["no JSON", () => circular],
  ])("with %s fails the whole batch", async (_, respond) => {
    const ids = [send("a"), send("b")];
    start(async ({ Records }) => respond(Records[0]!.messageId));
    await untilOver(1);
    expect(invocations[0]).toMatchObject({ failed: ids, failure: "malformed-response" });
    expect(left()).toEqual({ ready: 0, inflight: ids });
    expect(logged).toContain("event_source.batch_failed");
  });

  test("does not depend on what the handler did to its copy of the event", async () => {
    send("a");
    start(async (event) => {
      event.Records[0]!.receiptHandle = "another";
      event.Records.length = 0;
    });
    await untilOver(1);
    expect(left()).toEqual(nothing);
  });
});

test.each([
  ["throws", () => Promise.reject(new Error("broken"))],
  [
    "throws before it is asynchronous",
    () => {
      throw new Error("broken");
    },
  ],
])("a handler that %s fails the whole batch", async (_, handler) => {
  const ids = [send("a"), send("b")];
  start(handler);
  await untilOver(1);
  expect(invocations[0]).toMatchObject({ failed: ids, failure: "threw" });
  expect(left()).toEqual({ ready: 0, inflight: ids });
});

test("a handler that runs over has failed, and nobody hears its late result", async () => {
  const ids = [send("a"), send("b")];
  const late = Promise.withResolvers<unknown>();
  start(() => late.promise, { timeoutMs: 20, maximumConcurrency: 1 });
  await untilOver(1);
  expect(invocations[0]).toMatchObject({ failed: ids, failure: "timed-out" });
  late.resolve({ batchItemFailures: [] });

  // Its place is free again, and what comes next shows that nothing was deleted meanwhile.
  send("c");
  await untilOver(2);
  expect(left()).toEqual({ ready: 0, inflight: ids });
});

test("a chat is in one invocation at a time, and in order", async () => {
  const groups = ["a", "b", "c", "d", "e"];
  for (let i = 0; i < 20; i++) for (const group of groups) send(group, String(i));
  const running = new Set<string>();
  const twiceAtOnce: string[] = [];
  const received = new Map<string, string[]>(groups.map((group) => [group, []]));
  start(
    async ({ Records }) => {
      const chats = new Set(Records.map(({ attributes }) => attributes.MessageGroupId!));
      for (const chat of chats) {
        if (running.has(chat)) twiceAtOnce.push(chat);
        running.add(chat);
      }
      for (const { attributes, body } of Records) received.get(attributes.MessageGroupId!)!.push(body);
      await new Promise(setImmediate);
      for (const chat of chats) running.delete(chat);
    },
    { batchSize: 2 },
  );
  while (invocations.reduce((sum, { messageIds }) => sum + messageIds.length, 0) < 100) await over.promise;
  const inOrder = Array.from({ length: 20 }, (_, i) => String(i));
  for (const group of groups) expect(received.get(group)).toEqual(inOrder);
  expect(twiceAtOnce).toEqual([]);
});

test("no more than the maximum run at once, and the rest follow", async () => {
  for (let i = 0; i < 12; i++) send(`chat-${i}`);
  let running = 0;
  let most = 0;
  const waiting: (() => void)[] = [];
  start(
    async () => {
      most = Math.max(most, ++running);
      const gate = Promise.withResolvers<void>();
      waiting.push(gate.resolve);
      await gate.promise;
      running--;
    },
    { batchSize: 1, maximumConcurrency: 3 },
  );
  while (invocations.length < 12) {
    const full = 12 - invocations.length >= 3 ? 3 : 1;
    while (waiting.length < full) await new Promise(setImmediate);
    waiting.shift()!();
    await untilOver(invocations.length + 1);
  }
  expect(most).toBe(3);
});

test("a message that the handler deletes frees its chat before the batch ends", async () => {
  const first = send("chat", "first");
  send("chat", "second");
  const second = Promise.withResolvers<void>();
  start(async ({ Records }) => {
    const { body, receiptHandle } = Records[0]!;
    if (body === "second") return second.resolve();
    await sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle: receiptHandle }));
    await second.promise;
  });
  await untilOver(2);
  expect(invocations.map(({ failed }) => failed)).toEqual([[], []]);
  expect(invocations[1]?.messageIds).toEqual([first]);
  expect(left()).toEqual(nothing);
  expect(logged).toEqual([]);
});

test("a new handler takes the next batch, and the old one keeps its own", async () => {
  const old = Promise.withResolvers<void>();
  const seen: string[] = [];
  const started = Promise.withResolvers<void>();
  const running = start(async ({ Records }) => {
    seen.push(`old ${Records[0]?.body}`);
    started.resolve();
    await old.promise;
  });
  send("a", "one");
  await started.promise;
  running.setHandler(async ({ Records }) => void seen.push(`new ${Records[0]?.body}`));
  send("b", "two");
  await untilOver(1);
  old.resolve();
  await untilOver(2);
  expect(seen).toEqual(["old one", "new two"]);
  expect(left()).toEqual(nothing);
});

test("stop finishes what was received, deletes what succeeded and leaves the rest in the queue", async () => {
  const gate = Promise.withResolvers<void>();
  const started = Promise.withResolvers<void>();
  const receives: Promise<unknown>[] = [];
  const watched: Pick<SQSClient, "send"> = {
    send: ((command: Parameters<SQSClient["send"]>[0]) => {
      const result = sqs.send(command);
      if (command instanceof ReceiveMessageCommand) receives.push(result);
      return result;
    }) as SQSClient["send"],
  };
  const stopping = start(
    async () => {
      started.resolve();
      await gate.promise;
    },
    { sqs: watched },
  );
  send("a");
  await started.promise;
  const overWhenStopped = stopping.stop().then(() => invocations.length);
  await receives.at(-1);
  await new Promise(setImmediate);
  send("b");
  gate.resolve();
  expect(await overWhenStopped).toBe(1);
  expect(left()).toEqual({ ready: 1, inflight: [] });
});

test("a queue that cannot be reached is tried again", async () => {
  let broken = true;
  const flaky: Pick<SQSClient, "send"> = {
    send: ((command: Parameters<SQSClient["send"]>[0]) => {
      if (broken) {
        broken = false;
        return Promise.reject(new Error("connect ECONNREFUSED"));
      }
      return sqs.send(command);
    }) as SQSClient["send"],
  };
  send("a");
  start(async () => undefined, { sqs: flaky });
  await untilOver(1);
  expect(logged).toEqual(["event_source.receive_failed"]);
  expect(left()).toEqual(nothing);
});

test("200 chats are worked on at once, in batches that are full", async () => {
  for (let round = 0; round < 2; round++) for (let chat = 0; chat < 200; chat++) send(`chat-${chat}`);
  const everybody = Promise.withResolvers<void>();
  const chats = new Set<string>();
  start(async ({ Records }) => {
    for (const { attributes } of Records) chats.add(attributes.MessageGroupId!);
    if (chats.size === 200) everybody.resolve();
    await everybody.promise;
  });
  await everybody.promise;
  while (invocations.reduce((sum, { messageIds }) => sum + messageIds.length, 0) < 400) await over.promise;
  expect(invocations.slice(0, 20).map(({ messageIds }) => messageIds.length)).toEqual(Array(20).fill(10));
});

async function makeVisible(messageId: string) {
  const found = fauxqs
    .inspectQueue(name)!
    .messages.inflight.find(({ message }) => message.messageId === messageId);
  const ReceiptHandle = found!.receiptHandle;
  await sqs.send(
    new ChangeMessageVisibilityCommand({ QueueUrl: queueUrl, ReceiptHandle, VisibilityTimeout: 0 }),
  );
}
