import type { Chat } from "@henji/core/bot";
import { BotError } from "@henji/core/error";
import { createLog } from "@henji/core/log";
import type { Job } from "@henji/core/queue/job";
import { showLoadingUntil } from "@henji/core/reply/loading";
import { loading, loadingAfterMs, loadingOnceTold } from "@henji/core/settings";
import { beforeEach, expect, test } from "vitest";

const chat: Chat = { type: "user", id: "U1" };
const job: Job = { version: 2, platform: "line", eventId: "E1", event: {}, receivedAt: 0 };
let shown: (readonly [Chat, number])[];
let logged: Record<string, unknown>[];
let waits: { ms: number; end(): void }[];
let late: { at: number; say(): Promise<void> } | undefined;
let now: number;

beforeEach(() => {
  [shown, logged, waits] = [[], [], []];
  [late, now] = [undefined, 0];
});

function show(answered: Promise<unknown>, error?: Error): Promise<void> {
  return showLoadingUntil(answered, {
    chat,
    job,
    late,
    platform: {
      async showLoading(at, _, forS) {
        shown.push([at, forS]);
        if (error) throw error;
      },
    },
    clock: {
      now: () => now,
      timeout(ms) {
        const wait = new AbortController();
        waits.push({ ms, end: () => wait.abort() });
        return wait.signal;
      },
    },
    log: createLog({ write: (line) => void logged.push(JSON.parse(line)) }),
  });
}

test("the loading animation is shown after a short wait for the answer, and not before", async () => {
  const answer = Promise.withResolvers<void>();
  const showing = show(answer.promise);
  expect(waits.map(({ ms }) => ms)).toEqual([loadingAfterMs]);
  expect(shown).toEqual([]);
  await pass(loadingAfterMs);
  expect(shown).toEqual([[chat, 60]]);
  answer.resolve();
  await showing;
  expect(shown).toEqual([[chat, 60]]);
});

/** The time that is waited for has passed. */
async function pass(ms: number): Promise<void> {
  now += ms;
  waits.at(-1)?.end();
  await new Promise(setImmediate);
}

test("the animation, which lasts a minute, is shown anew as long as the answer takes", async () => {
  const answer = Promise.withResolvers<void>();
  const showing = show(answer.promise);
  for (const ms of [loadingAfterMs, loading.everyMs, loading.everyMs]) {
    expect(waits.at(-1)?.ms).toBe(ms);
    await pass(ms);
  }
  expect(shown).toHaveLength(3);
  answer.resolve();
  await showing;
});

test("what is said when it takes long is said once, at its time; the animation goes on in short pieces, since an answer that waits ends none", async () => {
  const said: number[] = [];
  late = { at: 40_000, say: async () => void said.push(shown.length) };
  const answer = Promise.withResolvers<void>();
  const showing = show(answer.promise);
  await pass(loadingAfterMs);
  expect(waits.at(-1)?.ms).toBe(40_000 - loadingAfterMs);
  await pass(40_000 - loadingAfterMs);
  for (let pieces = 0; pieces < 2; pieces += 1) {
    expect(waits.at(-1)?.ms).toBe(loadingOnceTold.everyMs);
    await pass(loadingOnceTold.everyMs);
  }
  expect([said, shown.map(([, forS]) => forS)]).toEqual([[1], [60, 15, 15, 15]]);
  answer.resolve();
  await showing;
});

test("an answer that comes or fails at once shows no animation", async () => {
  await show(Promise.resolve());
  await show(Promise.reject(new Error("The model is away")));
  expect(shown).toEqual([]);
});

test("a loading animation that fails is logged, and nothing is thrown", async () => {
  const answer = Promise.withResolvers<void>();
  const showing = show(
    answer.promise,
    new BotError("line.timeout", "LINE did not answer", { retry: "later" }),
  );
  await pass(loadingAfterMs);
  answer.resolve();
  await showing;
  expect(logged).toMatchObject([{ name: "loading.not_shown", code: "line.timeout" }]);
});
