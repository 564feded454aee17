import { setTimeout as wait } from "node:timers/promises";
import { ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { decodeJob } from "@henji/core/queue/job";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Local, startLocal } from "../src/start.ts";
import { type KillableWorker, startKillableWorker } from "./killable/worker.ts";
import { answersIn, linksOf } from "./support.ts";

let local: Local;
let sqs: SQSClient;
let worker: KillableWorker;

beforeAll(async () => {
  local = await startLocal({ modelLatencyMs: 150 });
  // A worker that can be killed takes its place.
  await local.stopWorker();
  sqs = new SQSClient({ useQueueUrlAsEndpoint: false });
  worker = startKillableWorker(local, "short");
});

afterAll(async () => {
  await worker.stop();
  await local.stop();
});

/** Event ids on the dead-letter queue, with the reason. */
async function parked(): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (;;) {
    const { Messages } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: linksOf(local).DeadLetterQueue?.url,
        MaxNumberOfMessages: 10,
        MessageAttributeNames: ["All"],
      }),
    );
    if (!Messages?.length) return found;
    for (const { Body = "", MessageAttributes } of Messages) {
      found.set(decodeJob(Body).eventId, MessageAttributes?.code?.StringValue ?? "");
    }
  }
}

test("a worker that is killed repeatedly under load answers every message once and in order", async () => {
  const { line } = local;
  const model = local.model!;
  model.answerWith(({ messages }) => `re: ${messages.at(-1)?.text}`);
  const users: string[] = [];
  const eventIds = new Map<string, string>();
  let kills = 0;

  for (let round = 0; round < 6; round += 1) {
    const asked = model.requests.length;
    // New chats in every round: those of a killed worker wait for its lease to expire.
    for (let n = 0; n < 4; n += 1) users.push(line.addUser({ name: `User ${users.length}` }).userId);
    for (const from of users) {
      const event = line.say({ from, text: `${round}` });
      eventIds.set(event.webhookEventId, `${from} ${round}`);
      // With redelivery, and a duplicate by the network in every other round.
      await line.deliver([event], { redeliver: { times: 3, delayMs: 100 }, duplicates: round % 2 });
    }
    // While it works, and in each round at another step: asking, storing, sending, marking.
    await expect.poll(() => model.requests.length, { interval: 5 }).toBeGreaterThan(asked);
    await wait(round * 50);
    await worker.kill();
    kills += 1;
  }

  // Finished when each message has an answer or, if parked, a reason.
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
  // A reply interrupted between sending and marking, and resumed after its token's minute.
  for (const reason of reasons.values()) expect(reason).toBe("delivery.unclear");
}, 600_000);
