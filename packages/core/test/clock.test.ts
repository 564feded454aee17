import { elapsed, systemClock } from "@henji/core/clock";
import { expect, test } from "vitest";

test("a wait ends when its clock says so, and not before", async () => {
  const aborts: AbortController[] = [];
  const asked: number[] = [];
  const clock = {
    now: () => 0,
    timeout(ms: number) {
      asked.push(ms);
      aborts.push(new AbortController());
      return aborts.at(-1)!.signal;
    },
  };
  let over = false;
  const waiting = elapsed(clock, 5_000).then(() => {
    over = true;
  });
  await new Promise(setImmediate);
  expect([asked, over]).toEqual([[5_000], false]);
  aborts[0]!.abort();
  await waiting;
  expect(over).toBe(true);
});

test("the system clock is the current time, and its signals abort with a TimeoutError", async () => {
  const before = Date.now();
  const now = systemClock.now();
  expect(now).toBeGreaterThanOrEqual(before);
  expect(now).toBeLessThanOrEqual(Date.now());
  const signal = systemClock.timeout(1);
  await new Promise((resolve) => signal.addEventListener("abort", resolve));
  expect(signal.reason).toMatchObject({ name: "TimeoutError" });
});
