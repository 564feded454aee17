import { BotError } from "@henji/core/error";
import { createLog } from "@henji/core/log";
import { counted } from "@henji/core/model/counted";
import type { Model } from "@henji/core/model/model";
import { tokenCap } from "@henji/core/settings";
import { createTokenCap } from "@henji/core/usage/cap";
import { createScheduler, type Scheduler } from "@henji/simulation";
import { beforeEach, expect, test } from "vitest";

/** 17:00 in Tokyo. */
const start = 1_800_000_000_000;
const day = "2027-01-15";
const { addEveryMs, readEveryMs } = tokenCap;
const unavailable = () =>
  Promise.reject(new BotError("table.unavailable", "DynamoDB: TimeoutError", { retry: "later" }));

let scheduler: Scheduler;
/** Calls to the day's items, each with the time since the start. */
let calls: string[];
let lines: object[];
/** The day's sum in the table. */
let sum: () => Promise<number>;
beforeEach(() => {
  scheduler = createScheduler(start);
  calls = [];
  lines = [];
  sum = async () => 0;
});

const prices = {
  input: 0.1,
  cachedInput: 0.01,
  cacheWrite: 0.125,
  output: 0.5,
  webSearch: 10,
  fileSearch: 2.5,
};

function capOf(totalDailyTokens: number, random = 0) {
  const passed = () => scheduler.now() - start;
  const cap = createTokenCap({
    totals: {
      async add({ shard, tokens }) {
        calls.push(`${passed()} add ${tokens} to ${shard}`);
      },
      sum(of) {
        calls.push(`${passed()} sum of ${of}`);
        return sum();
      },
    },
    log: createLog({ write: (entry) => void lines.push(JSON.parse(entry)) }),
    ...{
      bot: { timeZone: "Asia/Tokyo", limits: { totalDailyTokens }, model: { prices } },
      random: () => random,
      clock: scheduler,
    },
  });
  if (!cap) throw new Error("The bot has a cap");
  const model: Model = {
    ask: async () => ({
      ...{ text: "", cut: false, refused: false },
      usage: { inputTokens: 60, cachedTokens: 50, outputTokens: 40 },
    }),
  };
  const counting = counted(model, cap);
  const ask = () =>
    counting.ask(
      { instructions: "", input: [], tokensAtMost: 0 },
      {
        cacheKey: "",
        safetyIdentifier: "",
        signal: new AbortController().signal,
        beforeRequest: async () => {},
      },
    );
  return { ...cap, ask };
}

const pass = (ms: number) => scheduler.run(scheduler.now() + ms, () => false);

test("a process adds what it has used to the table at intervals, also during a long batch", async () => {
  const { ask } = capOf(1_000);
  await ask();
  await pass(addEveryMs - 1_000);
  await ask();
  await pass(999);
  expect(calls).toEqual([]);
  await pass(2);
  await ask();
  await pass(3 * addEveryMs);
  expect(calls).toEqual([`${addEveryMs} add 200 to 0`, `${2 * addEveryMs + 1} add 100 to 0`]);
});

test.each([
  [0, 0],
  [0.3, 1],
  [0.999, 3],
])("processes are spread over the day's items: random number %d adds to item %i", async (random, shard) => {
  const { ask, flush } = capOf(1_000, random);
  await ask();
  await flush();
  expect(calls).toEqual([`0 add 100 to ${shard}`]);
});

test("what was searched counts as the input tokens that its fee would buy", async () => {
  const { count, flush } = capOf(1_000);
  count({ inputTokens: 60, cachedTokens: 0, outputTokens: 40, searches: { web: 2, files: 1 } });
  await flush();
  expect(calls).toEqual(["0 add 225100 to 0"]);
});

test("tokens that were counted and not added yet are included in the sum", async () => {
  const { ask, isReached } = capOf(300);
  sum = async () => 200;
  await ask();
  expect(await isReached()).toBe(true);
  expect(lines).toMatchObject([
    { level: "error", name: "bot.token_cap_reached", day, tokens: 300, limit: 300 },
  ]);
});

test("one token less than the cap does not reach it", async () => {
  sum = async () => 299;
  expect(await capOf(300).isReached()).toBe(false);
});

test("the sum is read again when it is too old, and not once the cap is reached", async () => {
  const { isReached } = capOf(300);
  for (const [afterMs, others] of [
    [0, 0],
    [readEveryMs - 1, 300],
    [1, 300],
    [readEveryMs, 300],
  ] as const) {
    await pass(afterMs);
    sum = async () => others;
    await isReached();
  }
  expect(calls).toEqual([`0 sum of ${day}`, `${readEveryMs} sum of ${day}`]);
});

test("concurrent questions read the sum once", async () => {
  const { isReached } = capOf(300);
  expect(await Promise.all([isReached(), isReached()])).toEqual([false, false]);
  expect(calls).toHaveLength(1);
});

test("if the sum cannot be read again, the last known one is used, and the log says so", async () => {
  const { ask, isReached } = capOf(300);
  sum = async () => 200;
  expect(await isReached()).toBe(false);
  await pass(readEveryMs);
  sum = unavailable;
  expect(await isReached()).toBe(false);
  expect(lines).toMatchObject([{ name: "bot.total_not_read", day, code: "table.unavailable" }]);
  await ask();
  expect(await isReached()).toBe(true);
});

test("on a new day the sum must be read before anything is asked", async () => {
  const { isReached } = capOf(300);
  expect(await isReached()).toBe(false);
  await pass(7 * 60 * 60_000);
  sum = unavailable;
  await expect(isReached()).rejects.toMatchObject({ code: "table.unavailable" });
});
