import { createHash } from "node:crypto";
import { createLog } from "@henji/core/log";
import {
  createInbox,
  createQueueClient,
  createSender,
  type Incoming,
  isSqsId,
  logRefused,
} from "@henji/core/queue/sqs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { refused, type ScriptedAws, scriptAws } from "./scripted-aws.ts";

const queueUrl = "http://queues/events.fifo";
const deadLetterQueueUrl = "http://queues/parked.fifo";

let aws: ScriptedAws;
let client: ReturnType<typeof createQueueClient>;
beforeEach(async () => {
  aws = await scriptAws();
  client = createQueueClient(aws.config);
});
afterEach(() => {
  client.destroy();
  aws.close();
});

const inbox = () => createInbox(client, queueUrl, deadLetterQueueUrl);
const message = (n: number): Incoming => ({
  ...{ messageId: `m${n}`, receiptHandle: `r${n}`, chatId: `U${n}`, sequence: "1", body: `body ${n}` },
  receiveCount: 1,
});
const outgoing = [1, 2, 3].map((n) => ({ chatId: `U${n}`, eventId: `E${n}`, body: `body ${n}` }));
const inTime = () => new AbortController().signal;

test("events are sent with their chat and id; those that SQS refuses are reported", async () => {
  aws.respond({
    status: 200,
    body: { Successful: [], Failed: [{ Id: "1", SenderFault: false, Code: "InternalError" }] },
  });
  expect(await createSender(client, queueUrl).send(outgoing, inTime())).toEqual(new Set(["E2"]));
  const Entries = [1, 2, 3].map((n) => ({
    ...{ Id: String(n - 1), MessageBody: `body ${n}` },
    ...{ MessageGroupId: `U${n}`, MessageDeduplicationId: `E${n}` },
  }));
  expect(aws.requests).toEqual([{ operation: "SendMessageBatch", body: { QueueUrl: queueUrl, Entries } }]);
});

test("if SQS refuses none, none is reported", async () => {
  expect(await createSender(client, queueUrl).send(outgoing, inTime())).toEqual(new Set());
  expect(await inbox().delete([message(1)])).toEqual([]);
  expect(await inbox().changeVisibility([message(1)], 5)).toEqual([]);
});

test("a send ends when its caller's signal aborts", async () => {
  const sending = createSender(client, queueUrl).send(outgoing, AbortSignal.abort());
  await expect(sending).rejects.toMatchObject({ code: "queue.unavailable", message: "SQS: AbortError" });
  expect(aws.requests).toEqual([]);
});

test("deletes and changes of visibility use the receipt handles", async () => {
  await inbox().delete([message(1), message(2)]);
  await inbox().changeVisibility([message(1), message(2)], 5);
  const Entries = [
    { Id: "0", ReceiptHandle: "r1" },
    { Id: "1", ReceiptHandle: "r2" },
  ];
  expect(aws.requests).toEqual([
    { operation: "DeleteMessageBatch", body: { QueueUrl: queueUrl, Entries } },
    {
      operation: "ChangeMessageVisibilityBatch",
      body: { QueueUrl: queueUrl, Entries: Entries.map((entry) => ({ ...entry, VisibilityTimeout: 5 })) },
    },
  ]);
});

test("a refusal is reported with its message, and with a code if SQS gave one", async () => {
  const Failed = [{ Id: "1", SenderFault: true, Code: "Busy" }, { Id: "0" }, { Id: "7" }];
  aws.respond({ status: 200, body: { Successful: [], Failed } });
  const all = [message(1), message(2)];
  const answer = await inbox().delete(all);
  expect(answer).toEqual([
    { message: all[1], code: "Busy" },
    { message: all[0], code: "unknown" },
  ]);
  const lines: unknown[] = [];
  const log = createLog({ write: (line) => lines.push(JSON.parse(line)) });
  logRefused(log, "queue.not_deleted", [...answer, ...answer, { message: message(3), code: "Absent" }]);
  expect(lines).toMatchObject([{ level: "warn", code: "Absent,Busy,unknown", messages: 5 }]);
});

test("a parked message goes to the dead-letter queue with its reason", async () => {
  // The SDK compares it with the body that it has sent.
  const MD5OfMessageBody = createHash("md5").update("body 1").digest("hex");
  aws.respond({ status: 200, body: { MessageId: "1", MD5OfMessageBody } });
  const reason = { code: "model.timeout", reason: "late", attempts: 5, receivedAt: 6, parkedAt: 7 };
  await inbox().park(message(1), reason);
  expect(aws.requests).toEqual([
    {
      operation: "SendMessage",
      body: {
        ...{ QueueUrl: deadLetterQueueUrl, MessageBody: "body 1" },
        ...{ MessageGroupId: "U1", MessageDeduplicationId: "m1" },
        MessageAttributes: {
          code: { DataType: "String", StringValue: "model.timeout" },
          reason: { DataType: "String", StringValue: "late" },
          attempts: { DataType: "Number", StringValue: "5" },
          receivedAt: { DataType: "Number", StringValue: "6" },
          parkedAt: { DataType: "Number", StringValue: "7" },
        },
      },
    },
  ]);
});

test("an error of SQS is retried, with an unknown outcome and without its message", async () => {
  aws.respond(refused("com.amazonaws.sqs#QueueDoesNotExist"));
  await expect(inbox().delete([message(1)])).rejects.toMatchObject({
    ...{ code: "queue.unavailable", message: "SQS: QueueDoesNotExist", retry: "later", outcome: "unknown" },
  });
});

test.each([
  ["a", true],
  ["~!".repeat(64), true],
  ["a".repeat(129), false],
  ["", false],
  ["a b", false],
  ["é", false],
])("%j is a valid id: %s", (id, isOne) => {
  expect(isSqsId(id)).toBe(isOne);
});
