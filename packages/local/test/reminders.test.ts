import { ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { systemClock as clock } from "@henji/core/clock";
import { createLog } from "@henji/core/log";
import { decodeJob, type Job } from "@henji/core/queue/job";
import { createRemind, type Reminder } from "@henji/core/queue/remind";
import { createReminders, reminderDepthOf } from "@henji/core/queue/reminders";
import { createSender } from "@henji/core/queue/sqs";
import type { FauxqsServer } from "fauxqs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startOnLoopback } from "../src/fauxqs.ts";
import { createQueues, type LocalQueues } from "../src/sqs.ts";

let server: FauxqsServer;
let queues: LocalQueues;
beforeEach(async () => {
  server = await startOnLoopback();
  queues = await createQueues(server.address);
});
afterEach(async () => {
  queues.client.destroy();
  await server.stop();
});

const job: Job = { version: 2, platform: "line", eventId: "E1", event: { text: "😀" }, receivedAt: 5 };

const put = (delayS: number) => createReminders(queues.client, queues.reminders.url).put("U1", job, delayS);

const depth = () => reminderDepthOf(queues.client, queues.reminders.url);

const remind = (reminders: readonly Reminder[], url = queues.eventQueue.url) =>
  createRemind({ sender: createSender(queues.client, url), clock, log: createLog({ write: () => {} }) })(
    reminders,
  );

async function received(QueueUrl: string) {
  const command = new ReceiveMessageCommand({
    ...{ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 0 },
    ...{ MessageAttributeNames: ["All"], MessageSystemAttributeNames: ["All"] },
  });
  const { Messages = [] } = await queues.client.send(command);
  return Messages;
}

async function due(): Promise<Reminder[]> {
  return (await received(queues.reminders.url)).map(
    ({ MessageId = "", Body = "", MessageAttributes = {} }) => ({
      ...{ messageId: MessageId, body: Body, chatId: MessageAttributes.chatId?.StringValue ?? "" },
    }),
  );
}

test("a reminder is not received before its time", async () => {
  await put(900);
  expect(await due()).toEqual([]);
  expect(await depth()).toEqual({ toCome: 1, due: 0 });
});

test("one that is due comes on the event queue in its chat's group, as its turn's own job; forwarded twice, it comes once", async () => {
  await put(0);
  expect(await depth()).toEqual({ toCome: 0, due: 1 });
  const reminders = await due();
  expect(await depth()).toEqual({ toCome: 0, due: 1 });
  expect(await remind(reminders)).toEqual([]);
  expect(await remind(reminders)).toEqual([]);
  const [message, ...others] = await received(queues.eventQueue.url);
  expect(others).toEqual([]);
  expect(message?.Attributes).toMatchObject({ MessageGroupId: "U1" });
  expect(decodeJob(message?.Body ?? "")).toEqual({ ...job, isDue: true });
  // Not even once its chat is free again.
  const { messages } = server.inspectQueue("EventQueue.fifo")!;
  expect([messages.ready.length, messages.inflight.length]).toEqual([0, 1]);
});

test("what cannot be forwarded is due again", async () => {
  await put(0);
  const reminders = await due();
  const nowhere = queues.eventQueue.url.replace("EventQueue", "Absent");
  expect(await remind(reminders, nowhere)).toEqual(reminders.map(({ messageId }) => messageId));
});
