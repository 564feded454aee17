import { retryDelayS } from "@henji/core/queue/retry";
import { deadlines, hold, queue, retry, worker } from "@henji/core/settings";
import { expect, test } from "vitest";

test("waits grow 5, 15, 45, 135 s, with jitter", () => {
  expect([1, 2, 3, 4, 9].map((attempts) => retryDelayS(attempts, undefined, () => 0))).toEqual([
    5, 15, 45, 135, 135,
  ]);
  expect(retryDelayS(2, undefined, () => 0.999)).toBe(18);
});

test("whatever the jitter, the last attempt comes more than three minutes after the first", () => {
  const waits = [1, 2, 3, 4].map((attempts) => retryDelayS(attempts, undefined, () => 0));
  expect(waits.reduce((sum, wait) => sum + wait)).toBeGreaterThan(180);
});

test("Retry-After is honoured within bounds", () => {
  expect(retryDelayS(1, 60_000, () => 0.5)).toBe(60);
  expect(retryDelayS(1, 86_400_000, () => 0.5)).toBe(retry.maxDelayS);
});

test("all deadlines together fit into the worker's time-out, and that into the queue's visibility time-out", () => {
  const { tableMs, queueMs, reserveMs } = deadlines;
  const modelMs = 120_000;
  expect(tableMs + modelMs + reserveMs + queueMs).toBeLessThanOrEqual(worker.timeoutS * 1000);
  expect(queue.visibilityTimeoutS).toBeGreaterThan(worker.timeoutS);
});

test("a lease ends before the visibility time-out can, and is long enough to send", () => {
  const { tableMs, sendMs } = deadlines;
  expect(hold.renewEveryMs + hold.leaseMs).toBeLessThanOrEqual(1000 * hold.forS);
  // Store, reply twice, switch to push, push.
  expect(hold.leaseMs).toBeGreaterThanOrEqual(tableMs + 2 * sendMs + tableMs + sendMs);
  // Two renewals that fail at their deadlines do not end the hold.
  expect(hold.renewEveryMs + 2 * (deadlines.queueMs + hold.retryAfterMs)).toBeLessThan(1000 * hold.forS);
});
