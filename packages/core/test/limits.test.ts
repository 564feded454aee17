import { compose, fits } from "@henji/core/platform/line/compose";
import * as settings from "@henji/core/settings";
import { waitMsAfter } from "@henji/core/turn/limited";
import { describe, expect, test } from "vitest";

const { deadlines, hold, retry, worker } = settings;

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_S = 24 * 60 * 60;

const between = (n: number, least: number, most: number) => {
  expect(n).toBeGreaterThanOrEqual(least);
  expect(n).toBeLessThanOrEqual(most);
};

describe("limits of LINE", () => {
  test("a reply token is used only if the call ends within its minute", () => {
    between(settings.replyTokenFreshMs, 45 * SECOND_MS, MINUTE_MS - deadlines.sendMs);
  });

  test("a redelivered event's token counts as new only if the event is less than 20 minutes old", () => {
    between(settings.replyTokenRenewableMs, 15 * MINUTE_MS, 20 * MINUTE_MS - 1);
  });

  test("a retry key is used for less than 24 hours, minus the time of all attempts of a job", () => {
    const attemptsMs = retry.maxAttempts * (worker.timeoutS + retry.maxDelayS) * SECOND_MS;
    between(settings.retryKeyGoodMs, 12 * HOUR_MS, 24 * HOUR_MS - attemptsMs);
  });

  test("an unsent message is searched for through the whole 24 hours", () => {
    between(settings.unsentWithinMs, 24 * HOUR_MS + 10 * MINUTE_MS, 26 * HOUR_MS);
  });

  test("an answer is at most 5 messages of 5,000 UTF-16 code units", () => {
    const lengths = compose("x".repeat(30_000), { cutNotice: "…" }).messages.map(({ text }) => text.length);
    expect(lengths).toEqual(Array(5).fill(5_000));
    expect([fits("x".repeat(25_000)), fits("x".repeat(25_001))]).toEqual([true, false]);
  });

  test("LINE stops waiting for a webhook after 2 s, and the event is queued all the same", () => {
    between(settings.ingress.sendTimeoutMs, 2 * SECOND_MS, settings.ingress.timeoutS * SECOND_MS - SECOND_MS);
  });
});

describe("limits of AWS", () => {
  test("SQS: 14 days of retention, 10 messages of a FIFO queue in a batch, 1 MiB", () => {
    expect(settings.queue.retentionS).toBe(14 * DAY_S);
    expect(settings.deadLetterQueue.retentionS).toBe(14 * DAY_S);
    between(worker.batchSize, 1, 10);
    between(settings.sqsLimits.maxEntries, 1, 10);
    between(settings.sqsLimits.maxBytes, 1, 1024 * 1024);
    between(settings.ingress.maxBodyBytes, 1, 1024 * 1024);
    between(worker.maximumConcurrency, 2, 1_000);
  });

  test("the queue's visibility time-out is above the worker's time-out, and far below six times that", () => {
    between(settings.queue.visibilityTimeoutS, worker.timeoutS + 1, 2 * worker.timeoutS);
  });
});

describe("our own deadlines", () => {
  test("a lease is long enough to send a reply, and after a crash the next attempt comes while the token is fresh", () => {
    const { sendMs, tableMs, quotaMs } = deadlines;
    const sendingMs = 2 * tableMs + 2 * sendMs + quotaMs + tableMs + sendMs;
    between(hold.leaseMs, sendingMs, hold.forS * SECOND_MS - hold.renewEveryMs);
    expect(hold.forS * SECOND_MS).toBeLessThan(settings.replyTokenFreshMs);
    between(hold.renewEveryMs, SECOND_MS, (hold.forS * SECOND_MS) / 3);
    between(hold.retryAfterMs, SECOND_MS, hold.renewEveryMs);
  });

  test("the reserve after the model call is enough for all calls that may follow", () => {
    const { sendMs, tableMs, queueMs, quotaMs, reserveMs } = deadlines;
    const stored = tableMs + tableMs + tableMs;
    const tried = 2 * sendMs + quotaMs + tableMs + sendMs;
    const finished = tableMs + queueMs + tableMs;
    const parked = queueMs + tableMs + sendMs;
    between(reserveMs, stored + tried + finished + parked, 37 * SECOND_MS);
  });

  test("an invocation has time for the slowest model, and for notes", () => {
    between(deadlines.notesAtLeastMs, 5 * SECOND_MS, deadlines.notesMs);
    between(deadlines.notesMs, 30 * SECOND_MS, MINUTE_MS);
    const slowest = settings.answerMs({ model: { timeoutS: 120 } });
    expect(2 * deadlines.tableMs + slowest).toBeLessThanOrEqual(worker.timeoutS * SECOND_MS);
  });

  test("optional calls are short, so that they do not use up the time of an answer", () => {
    between(deadlines.loadingMs, 100, SECOND_MS);
    between(deadlines.quotaMs, 100, SECOND_MS);
    between(settings.loadingAfterMs, 100, SECOND_MS);
    between(settings.acknowledgeWithinMs, 50, SECOND_MS);
  });

  test("an event becomes too old to be answered before its turn expires and before SQS deletes it", () => {
    between(settings.maxEventAgeMs, HOUR_MS, DAY_S * SECOND_MS);
    expect(settings.maxEventAgeMs).toBeLessThan(settings.queue.retentionS * SECOND_MS);
  });

  test("notes that contained an unsent message are taken again from turns that are still stored", () => {
    between(settings.notesRetakenMs, settings.unsentWithinMs, 30 * DAY_S * SECOND_MS);
  });

  test("attempts outlast an outage of three minutes, and block their chat for less than half an hour", () => {
    const shortestS = retry.delaysS.reduce((sum, delay) => sum + delay, 0);
    expect(retry.delaysS).toHaveLength(retry.maxAttempts - 1);
    expect(shortestS).toBeGreaterThan(180);
    const longestS = retry.maxAttempts * worker.timeoutS + (retry.maxAttempts - 1) * retry.maxDelayS;
    expect(longestS).toBeLessThan(30 * 60);
    expect(retry.jitter).toBeGreaterThan(0);
    for (const delay of retry.delaysS)
      expect(delay * (1 + retry.jitter)).toBeLessThanOrEqual(retry.maxDelayS);
    between(retry.isolateWithinS, 10, 120);
  });

  test("what the model's limit holds up is given time, and ends long before nobody waits for it any more", () => {
    between(settings.pace.uncountedForMs, 10 * MINUTE_MS, 3 * HOUR_MS);
    expect(settings.pace.uncountedForMs).toBeLessThan(settings.maxEventAgeMs / 4);
  });

  test("a worker that waits for a slot keeps its lease, and its invocation has time for that", () => {
    expect(settings.pace.inProcessMs).toBeLessThan(hold.leaseMs / 2);
    expect(settings.pace.inProcessMs + 120 * SECOND_MS + deadlines.reserveMs).toBeLessThan(
      worker.timeoutS * SECOND_MS,
    );
  });

  test("waiting for a slot uses up few receives: a day of it, or eight messages of a chat that are refused for an hour", () => {
    expect(DAY_S / settings.pace.postponedS).toBeLessThan(settings.queue.maxReceiveCount / 3);
    let [refusals, waitedMs] = [0, 0];
    while (waitedMs < settings.pace.uncountedForMs) {
      refusals += 1;
      waitedMs += waitMsAfter(refusals, 0);
    }
    expect(refusals).toBe(29);
    expect(8 * (refusals + retry.maxAttempts)).toBeLessThan(settings.queue.maxReceiveCount);
  });

  test("a breaker is open long enough to save calls, and closes soon after the cause is gone", () => {
    between(settings.breakerOpenMs, 10 * SECOND_MS, 2 * MINUTE_MS);
  });

  test("SQS's own redrive never comes before the worker parks: not even after nine failing messages with all their attempts", () => {
    expect(settings.queue.maxReceiveCount).toBeGreaterThan((worker.batchSize - 1) * retry.maxAttempts);
  });

  test("a broken deployment has hours until SQS gives up, even if messages come back at once", () => {
    between(settings.queue.maxReceiveCount * hold.forS * SECOND_MS, 2 * HOUR_MS, DAY_S * SECOND_MS);
  });
});
