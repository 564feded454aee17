import { DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { encodeJob } from "@henji/core/queue/job";
import type { MessageEvent } from "@henji/line-simulator";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Local, startLocal } from "../src/start.ts";
import { useLog } from "./log.ts";
import { answersIn, ask, linksOf } from "./support.ts";

/** Characters that no id, time or token contains. */
const secret = "秘密の暗証番号";

let local: Local;
const log = useLog();

beforeAll(async () => {
  local = await startLocal();
});

afterAll(() => local.stop());

const logged = (name: string) => expect.poll(() => log.some((entry) => entry.name === name)).toBe(true);

/** All items of the table. */
async function everything(): Promise<string> {
  const client = new DynamoDBClient();
  const TableName = linksOf(local).Conversations?.name;
  const { Items } = await client.send(new ScanCommand({ TableName, ConsistentRead: true }));
  return JSON.stringify(Items);
}

/** As if LINE sends an event again after SQS's deduplication has expired. */
async function redeliver(event: MessageEvent, userId: string): Promise<void> {
  const QueueUrl = linksOf(local).EventQueue?.url;
  const MessageBody = encodeJob({
    ...{ version: 2, platform: "line", eventId: event.webhookEventId },
    ...{ event, receivedAt: Date.now() },
  });
  const MessageDeduplicationId = `${event.webhookEventId}-again`;
  await new SQSClient({ useQueueUrlAsEndpoint: false }).send(
    new SendMessageCommand({ QueueUrl, MessageBody, MessageGroupId: userId, MessageDeduplicationId }),
  );
}

test.each([
  [
    "unsent",
    async (event: MessageEvent, _userId: string) => {
      await local.line.deliver([local.line.unsend({ messageId: event.message.id })]);
      await logged("message.erased");
    },
  ],
  [
    "erased by command",
    async (_event: MessageEvent, userId: string) => {
      await ask(local.line, userId, "全部忘れて");
      await ask(local.line, userId, "はい、全部忘れて");
    },
  ],
  [
    "said before the bot was blocked",
    async (_event: MessageEvent, userId: string) => {
      await local.line.deliver([local.line.unfollow({ from: userId })]);
      await logged("chat.erased");
    },
  ],
])(
  "nothing is left in the table of what was %s, and its redelivery is not answered",
  async (_what, erase) => {
    const { userId } = local.line.addUser({ name: "Aki" });
    await ask(local.line, userId, "Hello");
    const event = local.line.say({ from: userId, text: `${secret} 😀` });
    await local.line.deliver([event]);
    await expect.poll(() => answersIn(local.line, userId).length).toBe(2);
    await logged("turn.delivered");
    expect(await everything()).toContain(secret);

    await erase(event, userId);
    expect(await everything()).not.toContain(secret);
    const answers = answersIn(local.line, userId).length;
    await redeliver(event, userId);
    await logged("turn.duplicate");
    expect(answersIn(local.line, userId)).toHaveLength(answers);
    expect(await everything()).not.toContain(secret);
  },
);
