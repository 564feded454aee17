import { BotError } from "@henji/core/error";
import { createLog } from "@henji/core/log";
import type { Quota } from "@henji/core/platform/line/quota";
import { createQuotaGuard } from "@henji/core/platform/line/quota-guard";
import { quotaGuard } from "@henji/core/settings";
import { beforeEach, expect, test } from "vitest";

const DAY_MS = 24 * 60 * 60 * 1000;

let now: number;
let asked: number;
let lines: object[];
let answer: () => Promise<Quota>;
let guard: ReturnType<typeof createQuotaGuard>;

beforeEach(() => {
  now = 1_800_000_000_000;
  asked = 0;
  lines = [];
  answer = async () => ({ limit: 200, used: 0 });
  guard = createQuotaGuard({
    ask() {
      asked += 1;
      return answer();
    },
    clock: { now: () => now, timeout: () => new AbortController().signal },
    log: createLog({ write: (line) => lines.push(JSON.parse(line)) }),
  });
});

const used = (count: number, limit: number | undefined = 200) => {
  answer = async () => ({ limit, used: count });
};
const unknown = () => {
  answer = () => Promise.reject(new BotError("line.unavailable", "LINE answered 500", { retry: "later" }));
};

test("LINE is asked with the first push, once for all that come with it, and not again for an hour", async () => {
  expect(asked).toBe(0);
  expect(await Promise.all([guard.isLow(), guard.isLow(), guard.isLow()])).toEqual([false, false, false]);
  now += quotaGuard.askEveryMs - 1;
  await guard.isLow();
  expect(asked).toBe(1);
  now += 1;
  await guard.isLow();
  expect(asked).toBe(2);
});

test.each([
  ["a free plan of Japan keeps ten", 200, 189, 190],
  ["a large one keeps a twentieth", 5_000, 4_749, 4_750],
])("%s", async (_, limit, enough, low) => {
  used(enough, limit);
  expect(await guard.isLow()).toBe(false);
  now += quotaGuard.askEveryMs;
  used(low, limit);
  expect(await guard.isLow()).toBe(true);
});

test("after a push to a group, which counts for each of its members, LINE is asked soon", async () => {
  used(150);
  expect(await guard.isLow()).toBe(false);
  guard.pushed("group");
  used(195);
  expect(await guard.isLow()).toBe(false);
  now += quotaGuard.askAgainMs;
  expect(await guard.isLow()).toBe(true);
});

test("without a limit nothing is ever held back", async () => {
  answer = async () => ({ limit: undefined, used: 1_000_000 });
  expect(await guard.isLow()).toBe(false);
});

test("what is pushed is counted down until LINE is asked again", async () => {
  used(188);
  expect(await guard.isLow()).toBe(false);
  guard.pushed("user");
  expect(await guard.isLow()).toBe(false);
  guard.pushed("user");
  expect(await guard.isLow()).toBe(true);
  expect(asked).toBe(1);
});

test("a limit that was raised, or a new month, is noticed within a minute", async () => {
  used(195);
  expect(await guard.isLow()).toBe(true);
  now += quotaGuard.askAgainMs - 1;
  used(0);
  expect(await guard.isLow()).toBe(true);
  now += 1;
  expect(await guard.isLow()).toBe(false);
});

test("while LINE does not say, nothing is held back, and it is asked again after a minute", async () => {
  unknown();
  expect(await guard.isLow()).toBe(false);
  now += quotaGuard.askAgainMs - 1;
  await guard.isLow();
  expect(asked).toBe(1);
  now += 1;
  used(195);
  expect(await guard.isLow()).toBe(true);
  expect(asked).toBe(2);
});

test("what LINE said last counts while it does not say", async () => {
  used(195);
  await guard.isLow();
  unknown();
  now += quotaGuard.askAgainMs;
  expect(await guard.isLow()).toBe(true);
  expect(asked).toBe(2);
});

test("the operator hears of it once a day, with what is left", async () => {
  used(195);
  for (let asks = 0; asks < 3; asks += 1) await guard.isLow();
  expect(lines).toEqual([
    { level: "error", name: "line.quota_low", at: expect.any(String), limit: 200, used: 195 },
  ]);
  now += DAY_MS - 1;
  await guard.isLow();
  expect(lines).toHaveLength(1);
  now += 1;
  await guard.isLow();
  expect(lines).toHaveLength(2);
});
