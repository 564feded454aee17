import { DeleteMessageCommand, ReceiveMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { expect, test } from "vitest";
import { nothing, useQueue } from "./queue.ts";

const queue = useQueue();

test("a chat is in one invocation at a time, and in order", async () => {
  const groups = ["a", "b", "c", "d", "e"];
  for (let i = 0; i < 20; i++) for (const group of groups) queue.send(group, String(i));
  const running = new Set<string>();
  const twiceAtOnce: string[] = [];
  const received = new Map<string, string[]>(groups.map((group) => [group, []]));
  queue.start(
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
  await queue.messages(100);
  const inOrder = Array.from({ length: 20 }, (_, i) => String(i));
  for (const group of groups) expect(received.get(group)).toEqual(inOrder);
  expect(twiceAtOnce).toEqual([]);
});

test("no more batches than the maximum run at once, and the rest follow", async () => {
  for (let i = 0; i < 12; i++) queue.send(`chat-${i}`);
  let running = 0;
  let most = 0;
  const waiting: (() => void)[] = [];
  queue.start(
    async () => {
      most = Math.max(most, ++running);
      const gate = Promise.withResolvers<void>();
      waiting.push(gate.resolve);
      await gate.promise;
      running--;
    },
    { batchSize: 1, maximumConcurrency: 3 },
  );
  while (queue.invocations.length < 12) {
    const full = 12 - queue.invocations.length >= 3 ? 3 : 1;
    while (waiting.length < full) await new Promise(setImmediate);
    waiting.shift()!();
    await queue.batches(queue.invocations.length + 1);
  }
  expect(most).toBe(3);
});

test("a message that the handler deletes unblocks its chat before the batch ends", async () => {
  const first = queue.send("chat", "first");
  queue.send("chat", "second");
  const second = Promise.withResolvers<void>();
  queue.start(async ({ Records }) => {
    const { body, receiptHandle } = Records[0]!;
    if (body === "second") return second.resolve();
    await queue.sqs.send(new DeleteMessageCommand({ QueueUrl: queue.url, ReceiptHandle: receiptHandle }));
    await second.promise;
  });
  await queue.batches(2);
  expect(queue.invocations.map(({ failed }) => failed)).toEqual([[], []]);
  expect(queue.invocations[1]?.messageIds).toEqual([first]);
  expect(queue.left()).toEqual(nothing);
  expect(queue.logged).toEqual([]);
});

test("stop finishes what was received, deletes what succeeded and leaves the rest in the queue", async () => {
  const gate = Promise.withResolvers<void>();
  const started = Promise.withResolvers<void>();
  const receives: Promise<unknown>[] = [];
  const watched: Pick<SQSClient, "send"> = {
    send: ((command: Parameters<SQSClient["send"]>[0]) => {
      const result = queue.sqs.send(command);
      if (command instanceof ReceiveMessageCommand) receives.push(result);
      return result;
    }) as SQSClient["send"],
  };
  const stopping = queue.start(
    async () => {
      started.resolve();
      await gate.promise;
    },
    { sqs: watched },
  );
  queue.send("a");
  await started.promise;
  const finishedWhenStopped = stopping.stop().then(() => queue.invocations.length);
  await receives.at(-1);
  await new Promise(setImmediate);
  queue.send("b");
  gate.resolve();
  expect(await finishedWhenStopped).toBe(1);
  expect(queue.left()).toEqual({ ready: 1, inflight: [] });
});

test("a receive that fails is retried", async () => {
  let broken = true;
  const flaky: Pick<SQSClient, "send"> = {
    send: ((command: Parameters<SQSClient["send"]>[0]) => {
      if (broken) {
        broken = false;
        return Promise.reject(new Error("connect ECONNREFUSED"));
      }
      return queue.sqs.send(command);
    }) as SQSClient["send"],
  };
  queue.send("a");
  queue.start(async () => undefined, { sqs: flaky });
  await queue.batches(1);
  expect(queue.logged).toEqual(["event_source.receive_failed"]);
  expect(queue.left()).toEqual(nothing);
});

test("200 chats are handled at once, in full batches", async () => {
  for (let round = 0; round < 2; round++) for (let chat = 0; chat < 200; chat++) queue.send(`chat-${chat}`);
  const everybody = Promise.withResolvers<void>();
  const chats = new Set<string>();
  queue.start(async ({ Records }) => {
    for (const { attributes } of Records) chats.add(attributes.MessageGroupId!);
    if (chats.size === 200) everybody.resolve();
    await everybody.promise;
  });
  await everybody.promise;
  await queue.messages(400);
  expect(queue.invocations.slice(0, 20).map(({ messageIds }) => messageIds.length)).toEqual(
    Array(20).fill(10),
  );
});
