import { SendMessageCommand } from "@aws-sdk/client-sqs";
import type { Context, SQSEvent } from "aws-lambda";
import { describe, expect, test } from "vitest";
import { nothing, useQueue } from "./queue.ts";

const queue = useQueue();

test("a handler gets the event and the context that Lambda would give it", async () => {
  await queue.sqs.send(
    new SendMessageCommand({
      QueueUrl: queue.url,
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
  queue.start(
    async (event, context) => {
      const atFirst = context.getRemainingTimeInMillis();
      now += 4_000;
      const later = context.getRemainingTimeInMillis();
      now += 60_000;
      seen.push({ event, context, remainingMs: [atFirst, later, context.getRemainingTimeInMillis()] });
    },
    { clock: () => now, functionName: "henji-worker" },
  );
  await queue.batches(1);

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
        eventSourceARN: queue.arn,
        awsRegion: "us-east-1",
      },
    ],
  });
  expect(context).toMatchObject({
    functionName: "henji-worker",
    awsRequestId: queue.invocations[0]?.requestId,
  });
  expect(remainingMs).toEqual([10_000, 6_000, 0]);
});

test("a batch mixes chats, and its messages are deleted together", async () => {
  const ids = Array.from({ length: 10 }, (_, i) => queue.send(`chat-${i}`));
  queue.start(async () => ({ batchItemFailures: [] }));
  await queue.batches(1);
  expect(queue.invocations[0]).toMatchObject({ messageIds: ids, failed: [] });
  expect(queue.left()).toEqual(nothing);
});

describe("a response", () => {
  test.each([
    ["nothing", undefined],
    ["null", null],
    ["an empty object", {}],
    ["an absent list", { batchItemFailures: null }],
    ["an empty list", { batchItemFailures: [] }],
  ])("of %s means that all succeeded", async (_, response) => {
    queue.send("a");
    queue.send("b");
    queue.start(async () => response);
    await queue.batches(1);
    expect(queue.invocations[0]?.failed).toEqual([]);
    expect(queue.left()).toEqual(nothing);
  });

  test("that names a message leaves it in the queue and deletes the others", async () => {
    const [failing] = [queue.send("a"), queue.send("b")];
    const counts: unknown[] = [];
    queue.start(async ({ Records }) => {
      const record = Records.find(({ messageId }) => messageId === failing);
      counts.push(record?.attributes.ApproximateReceiveCount);
      return { batchItemFailures: counts.length === 1 ? [{ itemIdentifier: failing }] : [] };
    });
    await queue.batches(1);
    expect(queue.left()).toEqual({ ready: 0, inflight: [failing] });

    await queue.makeVisible(failing);
    await queue.batches(2);
    expect(counts).toEqual(["1", "2"]);
    expect(queue.left()).toEqual(nothing);
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
    const ids = [queue.send("a"), queue.send("b")];
    queue.start(async ({ Records }) => respond(Records[0]!.messageId));
    await queue.batches(1);
    expect(queue.invocations[0]).toMatchObject({ failed: ids, failure: "malformed-response" });
    expect(queue.left()).toEqual({ ready: 0, inflight: ids });
    expect(queue.logged).toContain("event_source.batch_failed");
  });

  test("does not depend on changes that the handler made to the event", async () => {
    queue.send("a");
    queue.start(async (event) => {
      event.Records[0]!.receiptHandle = "another";
      event.Records.length = 0;
    });
    await queue.batches(1);
    expect(queue.left()).toEqual(nothing);
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
  const ids = [queue.send("a"), queue.send("b")];
  queue.start(handler);
  await queue.batches(1);
  expect(queue.invocations[0]).toMatchObject({ failed: ids, failure: "threw" });
  expect(queue.left()).toEqual({ ready: 0, inflight: ids });
});

test("a handler that exceeds its time-out has failed, and its late result is ignored", async () => {
  const ids = [queue.send("a"), queue.send("b")];
  const late = Promise.withResolvers<unknown>();
  queue.start(() => late.promise, { timeoutMs: 20, maximumConcurrency: 1 });
  await queue.batches(1);
  expect(queue.invocations[0]).toMatchObject({ failed: ids, failure: "timed-out" });
  late.resolve({ batchItemFailures: [] });

  // Its slot is available again, and the next batch shows that nothing was deleted meanwhile.
  queue.send("c");
  await queue.batches(2);
  expect(queue.left()).toEqual({ ready: 0, inflight: ids });
});
