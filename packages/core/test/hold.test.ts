import { BotError } from "@henji/core/error";
import { createLog } from "@henji/core/log";
import { holdBatch } from "@henji/core/queue/hold";
import type { Incoming, Refused } from "@henji/core/queue/sqs";
import { acknowledgeWithinMs, hold as settings } from "@henji/core/settings";
import { createScheduler, type Scheduler } from "@henji/simulation";
import { beforeEach, expect, test } from "vitest";

const start = 1_800_000_000_000;
const message = (messageId: string): Incoming => ({
  ...{ messageId, receiptHandle: messageId, chatId: messageId, sequence: "1", body: "", receiveCount: 1 },
});
const [a, b, c] = [message("a"), message("b"), message("c")];

let scheduler: Scheduler;
/** Calls to the queue, each with the time since the start. */
let calls: string[];
let lines: { name: string }[];
/** How SQS responds to a call. */
let answer: (call: string) => Promise<readonly Refused[]>;

beforeEach(() => {
  scheduler = createScheduler(start);
  calls = [];
  lines = [];
  answer = async () => [];
});

function hold(messages: readonly Incoming[]) {
  const note = (what: string, some: readonly Incoming[]) => {
    calls.push(`${scheduler.now() - start} ${what} ${some.map(({ messageId }) => messageId)}`);
    return answer(what);
  };
  const inbox = {
    changeVisibility: (some: readonly Incoming[], delayS: number) => note(`visibility ${delayS}`, some),
    delete: (some: readonly Incoming[]) => note("delete", some),
  };
  const log = createLog({ write: (entry) => void lines.push(JSON.parse(entry)) });
  return holdBatch(messages, { inbox, clock: scheduler, log });
}

const pass = (ms: number) => scheduler.run(scheduler.now() + ms, () => false);
const { forS, renewEveryMs, retryAfterMs } = settings;
const unavailable = () =>
  Promise.reject(new BotError("queue.unavailable", "SQS: TimeoutError", { retry: "later" }));

test("unfinished messages are renewed together at intervals, until all are finished", async () => {
  const held = hold([a, b]);
  await pass(1_000);
  held.finish(a);
  await pass(renewEveryMs);
  held.finish(b);
  await pass(2 * renewEveryMs);
  expect(calls).toEqual([
    `0 visibility ${forS} a,b`,
    `${1_000 + acknowledgeWithinMs} delete a`,
    `${renewEveryMs} visibility ${forS} b`,
    `${1_000 + renewEveryMs + acknowledgeWithinMs} delete b`,
  ]);
  expect(lines).toEqual([]);
});

test("messages that finish shortly after each other are deleted together", async () => {
  const held = hold([a, b, c]);
  held.finish(a);
  await pass(acknowledgeWithinMs - 1);
  held.finish(b);
  await pass(101);
  held.finish(c);
  await pass(acknowledgeWithinMs);
  expect(calls.slice(1)).toEqual([
    `${acknowledgeWithinMs} delete a,b`,
    `${2 * acknowledgeWithinMs + 100} delete c`,
  ]);
});

test("the last finished messages are left to Lambda; a deletion in progress is waited for", async () => {
  const held = hold([a, b]);
  let isDeleted = false;
  answer = async (call) => {
    if (call === "delete") await scheduler.sleep(1_000);
    isDeleted = true;
    return [];
  };
  held.finish(a);
  await pass(acknowledgeWithinMs);
  isDeleted = false;
  held.finish(b);
  let wasDeletedAtEnd: boolean | undefined;
  void held.end().then(() => {
    wasDeletedAtEnd = isDeleted;
  });
  await pass(2 * renewEveryMs);
  expect(wasDeletedAtEnd).toBe(true);
  expect(calls.slice(1)).toEqual([`${acknowledgeWithinMs} delete a`]);
});

test("without messages to acknowledge or give back, the queue is not called", async () => {
  const held = hold([a]);
  await held.acknowledge();
  await held.giveBack([], 5);
  await held.end();
  expect(calls).toHaveLength(1);
});

test("a renewal that fails is repeated soon, long before the visibility time-out ends", async () => {
  answer = unavailable;
  hold([a, b]);
  await pass(retryAfterMs - 1);
  expect(lines).toMatchObject([
    { name: "queue.visibility_not_changed", code: "queue.unavailable", messages: 2 },
  ]);
  answer = async () => [];
  await pass(1);
  await pass(renewEveryMs - 1);
  expect(calls).toEqual([`0 visibility ${forS} a,b`, `${retryAfterMs} visibility ${forS} a,b`]);
});

test("a deletion that fails is logged, and left to Lambda or the next receive", async () => {
  const held = hold([a, b]);
  answer = unavailable;
  held.finish(a);
  await held.acknowledge();
  expect(lines).toMatchObject([{ name: "queue.not_deleted", code: "queue.unavailable", messages: 1 }]);
  answer = async () => [{ message: b, code: "ReceiptHandleIsInvalid" }];
  held.finish(b);
  await held.acknowledge();
  expect(lines[1]).toMatchObject({ name: "queue.not_deleted", code: "ReceiptHandleIsInvalid", messages: 1 });
  expect(calls.slice(1)).toEqual(["0 delete a", "0 delete b"]);
});

test("a refused renewal is logged, unless its message was deleted meanwhile", async () => {
  let refuse: (refused: Refused[]) => void = () => {};
  answer = (call) =>
    call === "delete"
      ? Promise.resolve([])
      : new Promise((resolve) => {
          refuse = resolve;
        });
  const held = hold([a, b, c]);
  held.finish(a);
  await held.acknowledge();
  refuse([a, b, c].map((one) => ({ message: one, code: "ReceiptHandleIsInvalid" })));
  await pass(1);
  expect(lines).toMatchObject([
    { name: "queue.visibility_not_changed", code: "ReceiptHandleIsInvalid", messages: 2 },
  ]);
});

test("a message that is given back is not held longer by a renewal in progress", async () => {
  let answered = () => {};
  answer = () =>
    new Promise((resolve) => {
      answered = () => resolve([]);
    });
  const held = hold([a, b]);
  void held.giveBack([a], 5);
  await pass(1_000);
  expect(calls).toEqual([`0 visibility ${forS} a,b`]);
  answered();
  await pass(1_000);
  expect(calls[1]).toBe("1000 visibility 5 a");
  answered();
  await pass(renewEveryMs);
  expect(calls.at(-1)).toMatch(new RegExp(` visibility ${forS} b$`));
});
