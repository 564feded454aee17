import type { Chat } from "@henji/core/bot";
import { BotError } from "@henji/core/error";
import { createLog } from "@henji/core/log";
import { showLoadingUntil } from "@henji/core/reply/loading";
import { loadingAfterMs } from "@henji/core/settings";
import { beforeEach, expect, test } from "vitest";

const chat: Chat = { type: "user", id: "U1" };
let shown: Chat[];
let logged: Record<string, unknown>[];
let waits: { ms: number; end(): void }[];

beforeEach(() => {
  [shown, logged, waits] = [[], [], []];
});

function show(answered: Promise<unknown>, error?: Error): Promise<void> {
  return showLoadingUntil(answered, {
    chat,
    platform: {
      async showLoading(at) {
        shown.push(at);
        if (error) throw error;
      },
    },
    clock: {
      now: () => 0,
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
  const showing = show(new Promise(() => {}));
  await Promise.resolve();
  expect(waits.map(({ ms }) => ms)).toEqual([loadingAfterMs]);
  expect(shown).toEqual([]);
  waits[0]?.end();
  await showing;
  expect(shown).toEqual([chat]);
});

test("an answer that comes or fails at once shows no animation", async () => {
  await show(Promise.resolve());
  await show(Promise.reject(new Error("The model is away")));
  expect(shown).toEqual([]);
});

test("a loading animation that fails is logged, and nothing is thrown", async () => {
  const showing = show(
    new Promise(() => {}),
    new BotError("line.timeout", "LINE did not answer", { retry: "later" }),
  );
  waits[0]?.end();
  await showing;
  expect(logged).toMatchObject([{ name: "loading.not_shown", code: "line.timeout" }]);
});
