import { setTimeout as wait } from "node:timers/promises";
import { ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { decodeJob } from "@henji/core/queue/job";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Local, startLocal } from "../src/start.ts";
import { type KillableWorker, startKillableWorker } from "./killable/worker.ts";
import { answersIn } from "./support.ts";

let local: Local;
let sqs: SQSClient;
let worker: KillableWorker;

beforeAll(async () => {
  local = await startLocal({ modelLatencyMs: 150 });
  // The worker of this process makes room for one that can be killed.
  await local.stopWorker();
  sqs = new SQSClient({ useQueueUrlAsEndpoint: false });
  worker = startKillableWorker(local, "short");
});

afterAll(async () => {
  await worker.stop();
  await local.stop();
});

const queue = (name: string): string => JSON.parse(local.environment.SST_RESOURCES_JSON!)[name].url;

/** Event ids on the dead-letter queue, with the reason. */
async function parked(): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (;;) {
    const { Messages } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: queue("DeadLetterQueue"),
        MaxNumberOfMessages: 10,
        MessageAttributeNames: ["All"],
      }),
    );
    if (!Messages?.length) return found;
    for (const { Body = "", MessageAttributes } of Messages) {
      found.set(decodeJob(Body).event.webhookEventId, MessageAttributes?.code?.StringValue ?? "");
    }
  }
}

test("a worker killed again and again under load answers every message once and in order", async () => {
  const { line } = local;
  const model = local.model!;
  model.answerWith(({ messages }) => `re: ${messages.at(-1)?.text}`);
  const users: string[] = [];
  const eventIds = new Map<string, string>();
  let kills = 0;

  for (let round = 0; round < 6; round += 1) {
    const asked = model.requests.length;
    // New chats in every round: those of a killed worker wait for its lease to run out.
    for (let n = 0; n < 4; n += 1) users.push(line.addUser({ name: `User ${users.length}` }).userId);
    for (const from of users) {
      const event = line.say({ from, text: `${round}` });
      eventIds.set(event.webhookEventId, `${from} ${round}`);
      // Redelivery is on, and the network makes a copy now and then.
      await line.deliver([event], { redeliver: { times: 3, delayMs: 100 }, duplicates: round % 2 });
    }
    // At work for certain, and then in each round at another moment: asking, storing, sending, marking.
    await expect.poll(() => model.requests.length, { interval: 5 }).toBeGreaterThan(asked);
    await wait(round * 50);
    await worker.kill();
    kills += 1;
  }

  // Nothing is on its way any more when every chat has an answer or a reason for each message.
  let reasons = new Map<string, string>();
  const answered = () =>
    users.flatMap((user) => answersIn(line, user).map((answer) => `${user} ${answer.slice(4)}`));
  await expect
    .poll(
      async () => {
        reasons = new Map([...reasons, ...(await parked())]);
        return new Set([...answered(), ...[...reasons.keys()].map((id) => eventIds.get(id))]).size;
      },
      { timeout: 500_000, interval: 1_000 },
    )
    .toBe(eventIds.size);

  expect(kills).toBe(6);

  expect(new Set(answered()).size).toBe(answered().length);
  for (const user of users) {
    const rounds = answersIn(line, user).map((answer) => Number(answer.slice(4)));
    expect(rounds).toEqual([...rounds].sort((a, b) => a - b));
  }
  // A reply that was cut off between sending and marking, and looked at again only after its token's minute.
  for (const reason of reasons.values()) expect(reason).toBe("delivery.unclear");
}, 600_000);
