import type { Clock } from "@henji/core/clock";
import { BotError } from "@henji/core/error";
import { createLog } from "@henji/core/log";
import { withBreaker } from "@henji/core/model/breaker";
import type { Model, ModelAnswer } from "@henji/core/model/model";
import { breakerOpenMs } from "@henji/core/settings";
import { beforeEach, expect, test } from "vitest";

const fine: ModelAnswer = {
  text: "Hello",
  cut: false,
  refused: false,
  usage: { inputTokens: 1, cachedTokens: 0, outputTokens: 1 },
};
const dead = new BotError("model.unauthorized", "OpenAI answered 401", { retry: "never" });
const busy = new BotError("model.unavailable", "OpenAI answered 503", { retry: "later" });

/** What the operator reads. */
const told = {
  ...{ level: "error", name: "model.breaker_opened" },
  ...{ code: "model.unauthorized", reason: "OpenAI answered 401" },
};

let now: number;
let calls: number;
let lines: object[];
let behave: () => Promise<ModelAnswer>;
let model: Model;

beforeEach(() => {
  now = 0;
  calls = 0;
  lines = [];
  behave = async () => fine;
  const clock: Clock = { now: () => now, timeout: () => new AbortController().signal };
  const counted: Model = {
    ask: () => {
      calls += 1;
      return behave();
    },
  };
  model = withBreaker(counted, {
    clock,
    log: createLog({ write: (line) => lines.push(JSON.parse(line)) }),
  });
});

const context = { instructions: "", input: [], tokensAtMost: 0 };
const ask = (beforeRequest = async () => {}) =>
  model
    .ask(context, { cacheKey: "", safetyIdentifier: "", signal: new AbortController().signal, beforeRequest })
    .then(
      () => "answered",
      (error: BotError) => error.code,
    );

test("after an invalid key no call is made for a while, and one log line says so", async () => {
  behave = () => Promise.reject(dead);
  expect(await Promise.all([ask(), ask(), ask()])).toEqual(Array(3).fill("model.unauthorized"));
  const inFlight = calls;
  now = breakerOpenMs - 1;
  expect(await Promise.all([ask(), ask()])).toEqual(Array(2).fill("model.unauthorized"));
  expect(calls).toBe(inFlight);
  expect(lines).toMatchObject([told]);
});

test.each(["model.quota_exhausted", "model.unknown_model"])(
  "%s also stops all calls for a while",
  async (code) => {
    behave = () => Promise.reject(new BotError(code, "", { retry: "never" }));
    expect([await ask(), await ask()]).toEqual([code, code]);
    expect(calls).toBe(1);
  },
);

test("after that one call tries, and when it succeeds the others go on", async () => {
  behave = () => Promise.reject(dead);
  await ask();
  now = breakerOpenMs;
  expect(await Promise.all([ask(), ask(), ask()])).toEqual(Array(3).fill("model.unauthorized"));
  expect(calls).toBe(3);
  now = 2 * breakerOpenMs;
  behave = async () => fine;
  expect(await Promise.all([ask(), ask(), ask()])).toEqual(Array(3).fill("answered"));
  expect(calls).toBe(6);
  expect(lines).toMatchObject([told]);
});

test("a temporary error does not open the breaker, and leaves the trial to the next call", async () => {
  behave = () => Promise.reject(busy);
  expect(await ask()).toBe("model.unavailable");
  behave = async () => fine;
  expect(await ask()).toBe("answered");
  behave = () => Promise.reject(dead);
  await ask();
  now = breakerOpenMs;
  behave = () => Promise.reject(busy);
  expect(await Promise.all([ask(), ask()])).toEqual(["model.unavailable", "model.unavailable"]);
});

test("a 401 is tried once more only if another request is still allowed", async () => {
  let requests = 0;
  const lost = new BotError("turn.lost", "Another worker has it", { retry: "later" });
  behave = () => Promise.reject(dead);
  const code = await ask(async () => {
    requests += 1;
    if (requests > 1) throw lost;
  });
  expect([code, calls]).toEqual(["turn.lost", 1]);
  // That error says nothing about the account.
  behave = async () => fine;
  expect(await ask()).toBe("answered");
  expect(lines).toEqual([]);
});
