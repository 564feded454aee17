import { expect, test } from "vitest";
import * as settings from "../../../packages/core/src/settings.ts";
import { account } from "../synth/mocks.ts";
import { expectWithin, region, type Stage } from "./stage.ts";

const DAY_S = 24 * 60 * 60;

/** The two queues. */
export function testQueues(stage: Stage) {
  test("both are FIFO with high throughput, and do not deduplicate by content", () => {
    for (const queue of [stage.eventQueue(), stage.deadLetterQueue()]) {
      expect(queue).toMatchObject({
        fifoQueue: true,
        contentBasedDeduplication: false,
        deduplicationScope: "messageGroup",
        fifoThroughputLimit: "perMessageGroupId",
        delaySeconds: 0,
      });
      expect(queue.name).toMatch(/^.{1,75}\.fifo$/);
    }
  });

  test("reminders are on a standard queue, longer hidden than the worker runs, and kept for a day", () => {
    const { fifoQueue, visibilityTimeoutSeconds, messageRetentionSeconds } = stage.reminders();
    expect(fifoQueue).not.toBe(true);
    expect(visibilityTimeoutSeconds).toBeGreaterThan(stage.worker().timeout);
    expect(messageRetentionSeconds).toBe(DAY_S);
  });

  test("what crashes repeatedly ends in the dead-letter queue, which has no redrive of its own", () => {
    expect(JSON.parse(stage.eventQueue().redrivePolicy)).toEqual({
      deadLetterTargetArn: stage.queueArn(stage.deadLetterQueue()),
      maxReceiveCount: settings.queue.maxReceiveCount,
    });
    expect(stage.deadLetterQueue().redrivePolicy).toBeUndefined();
    expect(stage.deadLetterQueue().messageRetentionSeconds).toBe(14 * DAY_S);
  });

  test("the visibility time-out is longer than the worker's time-out, as AWS requires, and not much longer", () => {
    expectWithin(
      stage.eventQueue().visibilityTimeoutSeconds,
      stage.worker().timeout + 1,
      stage.worker().timeout + 30,
    );
  });

  test("a message is redriven neither while the worker retries it, nor by a deployment that is broken for two hours", () => {
    const { maxReceiveCount } = JSON.parse(stage.eventQueue().redrivePolicy);
    expect(maxReceiveCount).toBeGreaterThan(settings.retry.maxAttempts);
    expect(maxReceiveCount * settings.hold.forS).toBeGreaterThan(2 * 60 * 60);
  });

  test("all are encrypted, and refuse what comes without TLS, by the only policy that they have", () => {
    for (const [name, queue] of [
      ["EventQueue", stage.eventQueue()],
      ["DeadLetterQueue", stage.deadLetterQueue()],
      ["Reminders", stage.reminders()],
    ] as const) {
      expect(queue.sqsManagedSseEnabled).toBe(true);
      expect(queue.policy).toBeUndefined();
      const { queueUrl, policy } = stage.one("aws:sqs/queuePolicy:QueuePolicy", name).inputs;
      expect(queueUrl).toBe(`https://sqs.${region}.amazonaws.com/${account}/${queue.name}`);
      expect(JSON.parse(policy).Statement).toEqual([
        {
          ...{ Effect: "Deny", Principal: "*", Action: "sqs:*", Resource: stage.queueArn(queue) },
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
      ]);
    }
  });

  test("SQS accepts every number", () => {
    for (const queue of [stage.eventQueue(), stage.deadLetterQueue()]) {
      expectWithin(queue.messageRetentionSeconds, 60, 14 * DAY_S);
      expectWithin(queue.visibilityTimeoutSeconds, 0, 12 * 60 * 60);
    }
    expectWithin(JSON.parse(stage.eventQueue().redrivePolicy).maxReceiveCount, 1, 1000);
  });
}

/** The table. */
export function testTable(stage: Stage) {
  test("the table has the keys, index and time to live that core writes, and can be restored to any second", () => {
    expect(stage.table()).toMatchObject({
      billingMode: "PAY_PER_REQUEST",
      hashKey: "pk",
      rangeKey: "sk",
      globalSecondaryIndexes: [
        { name: "gsi1", hashKey: "gsi1pk", rangeKey: "gsi1sk", projectionType: "KEYS_ONLY" },
      ],
      attributes: ["pk", "sk", "gsi1pk", "gsi1sk"].map((name) => ({ name, type: "S" })),
      ttl: { attributeName: "expiresAt", enabled: true },
      pointInTimeRecovery: { enabled: true },
      streamEnabled: false,
    });
  });
}
