import { createHash } from "node:crypto";
import { BotError } from "@henji/core/error";
import { createLog } from "@henji/core/log";
import { decodeJob, type Job } from "@henji/core/queue/job";
import { createRemind, type Reminder } from "@henji/core/queue/remind";
import { createReminders } from "@henji/core/queue/reminders";
import { createQueueClient, type Outgoing, type Sender } from "@henji/core/queue/sqs";
import { beforeEach, expect, test } from "vitest";
import { refused, scriptAws } from "./scripted-aws.ts";

const job: Job = {
  ...{ version: 2, platform: "line", eventId: "E1", receivedAt: 5 },
  event: { webhookEventId: "E1", replyToken: "token" },
  replay: { id: "R1", force: true },
};

let sent: Outgoing[];
let lines: object[];
let behave: (message: Outgoing) => Promise<Set<string>>;

beforeEach(() => {
  sent = [];
  lines = [];
  behave = async () => new Set();
});

const clock = { now: () => 0, timeout: () => new AbortController().signal };
const sender: Sender = {
  async send(messages) {
    sent.push(...messages);
    return behave(messages[0]!);
  },
};
const remind = (...ids: string[]) =>
  createRemind({ sender, clock, log: createLog({ write: (line) => lines.push(JSON.parse(line)) }) })(
    ids.map((id): Reminder => ({ messageId: id, chatId: `U${id}`, body: `body ${id}` })),
  );

test("what is due is put on the event queue, in its chat's group; its own id keeps a repeat from coming twice", async () => {
  expect(await remind("1", "2")).toEqual([]);
  expect(sent).toEqual([
    { chatId: "U1", eventId: "1", body: "body 1" },
    { chatId: "U2", eventId: "2", body: "body 2" },
  ]);
});

test("what SQS refuses, or does not answer for, comes back, and nothing else does", async () => {
  const down = new BotError("queue.unavailable", "SQS: TimeoutError", { retry: "later" });
  behave = async ({ eventId }) => {
    if (eventId === "2") throw down;
    return new Set(eventId === "3" ? ["3"] : []);
  };
  expect(await remind("1", "2", "3", "4")).toEqual(["2", "3"]);
  expect(lines).toMatchObject([
    { level: "warn", name: "reminder.not_forwarded", code: "queue.unavailable" },
    { level: "warn", name: "reminder.not_forwarded", code: "queue.refused" },
  ]);
  expect(JSON.stringify(lines)).not.toMatch(/"U2"|"U3"|body/);
});

test("all of a batch are forwarded, however many there are", async () => {
  const ids = Array.from({ length: 12 }, (_, n) => String(n));
  expect(await remind(...ids)).toEqual([]);
  expect(sent.map(({ eventId }) => eventId)).toEqual(ids);
});

test("a reminder is the turn's own job, marked as due, without the replay that brought it; it names its chat", async () => {
  const aws = await scriptAws();
  const client = createQueueClient(aws.config);
  const body = JSON.stringify({ ...job, replay: undefined, isDue: true });
  aws.respond({
    status: 200,
    body: { MessageId: "1", MD5OfMessageBody: createHash("md5").update(body).digest("hex") },
  });
  await createReminders(client, "http://queues/reminders").put("U1", job, 300);
  expect(aws.requests).toEqual([
    {
      operation: "SendMessage",
      body: {
        ...{ QueueUrl: "http://queues/reminders", MessageBody: body, DelaySeconds: 300 },
        MessageAttributes: { chatId: { DataType: "String", StringValue: "U1" } },
      },
    },
  ]);
  const { replay: _, ...ownJob } = job;
  expect(decodeJob(body)).toEqual({ ...ownJob, isDue: true });

  aws.respond(refused("com.amazonaws.sqs#QueueDoesNotExist"));
  await expect(createReminders(client, "http://queues/reminders").put("U1", job, 1)).rejects.toMatchObject({
    ...{ code: "queue.unavailable", retry: "later" },
  });
  client.destroy();
  aws.close();
});
