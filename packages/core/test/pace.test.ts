import { BotError } from "@henji/core/error";
import { createLog } from "@henji/core/log";
import { createPace, type Paced, Postponed } from "@henji/core/model/pace";
import { RateLimited, type RateLimits } from "@henji/core/model/rate-limit";
import { createSlots, type SlotsStore } from "@henji/core/model/slots";
import { pace as settings } from "@henji/core/settings";
import { createMemoryTable, createScheduler, type Scheduler } from "@henji/simulation";
import { beforeEach, expect, test } from "vitest";

const start = 1_800_000_000_000;
const tokens = 100;

let scheduler: Scheduler;
let store: SlotsStore;
let calls: string[];
let isTableDown: boolean;
let logged: { name: string }[];

beforeEach(() => {
  scheduler = createScheduler(start);
  store = createMemoryTable().slotsStore;
  [calls, logged, isTableDown] = [[], [], false];
});

const log = createLog({ write: (line) => void logged.push(JSON.parse(line)) });

/** Another process, on the same table. */
function process() {
  const counted: SlotsStore = {
    read: (model) => call("read", () => store.read(model)),
    update: (model, write) => call("update", () => store.update(model, write)),
  };
  return createPace({ slots: createSlots(counted, "model"), clock: scheduler, log });
}

function call<T>(name: string, run: () => Promise<T>): Promise<T> {
  calls.push(name);
  const down = new BotError("table.unavailable", "DynamoDB is down", { retry: "later" });
  return isTableDown ? Promise.reject(down) : run();
}

const refuse = (retryAfterMs?: number, limits?: RateLimits) => () =>
  Promise.reject(new RateLimited("OpenAI answered 429", { retry: "later", retryAfterMs, limits }));
const answer = async () => ({});

const newcomer = (): Paced => ({ place: { limited: undefined }, tokens, log });

/** Asks, and lets time pass until that is over. @returns the error with which it ends, if any */
async function asks(pace: ReturnType<typeof process>, ask: () => Promise<object>, paced = newcomer()) {
  let end: { error?: unknown } | undefined;
  pace.ask(paced, ask).then(
    () => {
      end = {};
    },
    (error) => {
      end = { error };
    },
  );
  await scheduler.run(start + 10 * 3_600_000, () => end !== undefined);
  return end?.error;
}

test("as long as nobody is refused, the table is not asked", async () => {
  const pace = process();
  for (let n = 0; n < 3; n += 1) expect(await asks(pace, answer)).toBeUndefined();
  expect(calls).toEqual([]);
});

test("without the table, a question waits for as long as it is told, and the next is asked at once", async () => {
  isTableDown = true;
  const pace = process();
  const error = await asks(pace, refuse(60_000));
  expect(error).toBeInstanceOf(Postponed);
  expect(error).toMatchObject({
    askAt: start + 60_000,
    limited: { refusals: 1, slot: { at: start + 60_000 } },
  });
  expect(new Set(logged.map(({ name }) => name))).toEqual(
    new Set(["model.rate_limited", "slots.unavailable"]),
  );
  expect(await asks(pace, answer)).toBeUndefined();
});

test("a question that has its slot from a table that is down now is asked at that slot", async () => {
  const paced = newcomer();
  await asks(process(), refuse(20_000), paced);
  await scheduler.run(start + 18_000, () => false);
  isTableDown = true;
  expect(await asks(process(), answer, paced)).toBeUndefined();
  expect(scheduler.now()).toBe(start + 20_000);
});

test("a slot that could not be put off is asked no sooner than the service wants", async () => {
  const paced = newcomer();
  await asks(process(), refuse(20_000), paced);
  await scheduler.run(start + 20_000, () => false);
  isTableDown = true;
  expect(await asks(process(), refuse(30_000), paced)).toMatchObject({ askAt: start + 50_000 });
  isTableDown = false;
  await scheduler.run(start + 46_000, () => false);
  expect(await asks(process(), answer, paced)).toBeUndefined();
  expect(scheduler.now()).toBe(start + 50_000);
});

test("where the service states nothing, slots move apart with each refusal at one, and closer with each answer", async () => {
  const paced = newcomer();
  const pace = process();
  const everyMs = async () => (await store.read("model"))?.everyMs;
  await asks(pace, refuse(20_000), paced);
  expect(await everyMs()).toBe(settings.unstated.firstMs);
  await scheduler.run(start + 20_000, () => false);
  await asks(pace, refuse(20_000), paced);
  expect(await everyMs()).toBe(1_200);
  await scheduler.run(start + 40_000, () => false);
  expect(await asks(pace, answer, paced)).toBeUndefined();
  expect(await everyMs()).toBe(1_176);
});

test("where it states its limits, they are taken at its word", async () => {
  const paced = newcomer();
  const pace = process();
  await asks(pace, refuse(20_000, { requestMs: 700, tokenMs: 30 }), paced);
  await scheduler.run(start + 20_000, () => false);
  await asks(pace, refuse(20_000), paced);
  expect(await store.read("model")).toMatchObject({ everyMs: 3_000 });
  await scheduler.run(start + 40_000, () => false);
  await asks(pace, answer, paced);
  expect(await store.read("model")).toMatchObject({ everyMs: 3_000 });
});

test("what has been put off meanwhile is waited for, in the invocation if it is soon", async () => {
  const [first, second] = [newcomer(), newcomer()];
  await asks(process(), refuse(20_000, { requestMs: 1_000 }), first);
  await asks(process(), refuse(20_000, { requestMs: 1_000 }), second);
  await scheduler.run(start + 20_000, () => false);
  await asks(process(), refuse(10_000, { requestMs: 1_000 }), first);
  expect(await asks(process(), answer, second)).toMatchObject({ askAt: start + 31_000 });
  await scheduler.run(start + 27_000, () => false);
  expect(await asks(process(), answer, second)).toBeUndefined();
  expect(scheduler.now()).toBe(start + 31_000);
});

test("once it has been held up for an hour, and refused so often that it keeps no place, it waits for its own slot, and not for what others put off", async () => {
  const slot = { at: start + settings.uncountedForMs + 60_000, delayedMs: 0 };
  await store.update("model", {
    when: {},
    add: { delayedMs: 90_000 },
    set: { everyMs: 1_000, expiresAt: 0 },
  });
  const paced = {
    ...newcomer(),
    place: { limited: { since: start, refusals: settings.refusalsInPlace, slot } },
  };
  await scheduler.run(start + settings.uncountedForMs, () => false);
  expect(await asks(process(), answer, paced)).toMatchObject({ askAt: slot.at });
  await scheduler.run(slot.at, () => false);
  expect(await asks(process(), answer, paced)).toBeUndefined();
  const error = await asks(process(), refuse(1_000), paced);
  expect(error).toBeInstanceOf(RateLimited);
  expect(error).not.toBeInstanceOf(Postponed);
});

test("in a line of more than an hour, a question that is refused at its slot keeps its place, uncounted", async () => {
  const paced = newcomer();
  const pace = process();
  await asks(pace, refuse(20_000, { requestMs: 1_000 }), paced);
  const { slot, ...limited } = paced.place.limited!;
  const inTwoHours = { ...slot!, at: start + 2 * settings.uncountedForMs };
  paced.place.limited = { ...limited, slot: inTwoHours };
  await scheduler.run(inTwoHours.at, () => false);
  expect(await asks(pace, refuse(10_000), paced)).toBeInstanceOf(Postponed);
});

test("a question that comes late for its slot and is refused makes nobody else as late", async () => {
  const [late, next] = [newcomer(), newcomer()];
  await asks(process(), refuse(20_000, { requestMs: 1_000 }), late);
  await scheduler.run(start + 180_000, () => false);
  await asks(process(), refuse(20_000, { requestMs: 1_000 }), next);
  const { at } = next.place.limited!.slot!;
  await asks(process(), refuse(10_000, { requestMs: 1_000 }), late);
  expect(await asks(process(), answer, next)).toMatchObject({ askAt: at + 10_000 });
});

test("a question that is always refused holds nobody up for as long as it waits itself", async () => {
  const tooLarge = newcomer();
  const limits = { requestMs: 1_000 };
  const pace = process();
  for (let n = 0; n < 10; n += 1) {
    const error = await asks(pace, refuse(undefined, limits), tooLarge);
    expect(error).toBeInstanceOf(Postponed);
    if (n < 9) await scheduler.run((error as Postponed).askAt, () => false);
  }
  expect(tooLarge.place.limited!.slot!.at - scheduler.now()).toBeGreaterThan(60_000);
  const asked = scheduler.now();
  expect(await asks(pace, answer)).toBeUndefined();
  expect(scheduler.now() - asked).toBeLessThanOrEqual(2_000);
});

test("where the service states nothing, a worker that is refused for the first time goes by what others have found", async () => {
  const slow = { nextAt: start + 60_000, everyMs: 8_000, expiresAt: 0 };
  await store.update("model", { when: {}, add: { delayedMs: 0 }, set: slow });
  expect(await asks(process(), refuse())).toMatchObject({ askAt: start + 68_000 });
  expect(await store.read("model")).toMatchObject({ everyMs: 8_000 });
});

test("no question waits for longer than the last slot, such as one whose slot was another model's", async () => {
  const last = { nextAt: start + 60_000, everyMs: 1_000, expiresAt: 0 };
  await store.update("model", { when: {}, add: { delayedMs: 7_200_000 }, set: last });
  const slot = { at: start + 30_000, delayedMs: 0 };
  const paced = { ...newcomer(), place: { limited: { since: start, refusals: 1, slot } } };
  expect(await asks(process(), answer, paced)).toMatchObject({ askAt: start + 60_000 });
});
