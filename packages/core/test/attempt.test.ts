import { BotError } from "@henji/core/error";
import { reader } from "@henji/core/platform/line/reader";
import { retry, retryKeyGoodMs } from "@henji/core/settings";
import {
  givenUp,
  isPushUnclear,
  mustIsolate,
  pushUnclear,
  unheardSends,
  wasNeverSent,
} from "@henji/core/turn/attempt";
import { describe, expect, test } from "vitest";
import { answered, claimed } from "./turns.ts";

describe("a message under which the process died twice", () => {
  const crashed = { crashes: 2, attempts: 3 };

  test("is isolated while it has company", () => {
    expect(mustIsolate(claimed(crashed), { chats: 2 })).toBe(true);
    expect(mustIsolate(claimed(crashed), { chats: 1 })).toBe(false);
    expect(mustIsolate(claimed({ ...crashed, crashes: 1 }), { chats: 2 })).toBe(false);
    expect(mustIsolate(answered(crashed), { chats: 2 })).toBe(true);
  });

  test("makes its last two attempts in any company", () => {
    const attempts = retry.maxAttempts;
    expect(mustIsolate(claimed({ ...crashed, attempts: attempts - 2 }), { chats: 2 })).toBe(true);
    expect(mustIsolate(claimed({ ...crashed, attempts: attempts - 1 }), { chats: 2 })).toBe(false);
    expect(mustIsolate(claimed({ ...crashed, attempts }), { chats: 2 })).toBe(false);
  });
});

test("only a push with an unknown outcome that its platform no longer recognizes is unclear", () => {
  const outcomeUnknownSince = 1_000;
  const late = outcomeUnknownSince + retryKeyGoodMs + 1;
  const unknown = { outcomeUnknownSince };
  expect(isPushUnclear(answered(unknown, { route: "push" }), reader, late - 1)).toBe(false);
  expect(isPushUnclear(answered(unknown, { route: "push" }), reader, late)).toBe(true);
  expect(isPushUnclear(answered(unknown, { route: "reply" }), reader, late)).toBe(false);
  expect(isPushUnclear(answered({}, { route: "push" }), reader, late)).toBe(false);
  expect(isPushUnclear(claimed(unknown), reader, late)).toBe(false);
  const looking = { mayRepeat: () => true };
  expect(isPushUnclear(answered(unknown, { route: "push" }), looking, late)).toBe(false);
  expect(pushUnclear()).toMatchObject({
    code: "delivery.unclear",
    retry: "never",
    message: expect.stringContaining("retry key"),
  });
});

test("giving up names what went wrong last, or that the process died", () => {
  expect(givenUp(answered({ attempts: 6, error: "model.timeout" }))).toMatchObject({
    ...{ code: "model.timeout", retry: "never" },
    message: "Given up after 5 attempts, of which 0 ended without an error",
  });
  expect(givenUp(answered({ attempts: 6, crashes: 1, error: "model.timeout" }))).toMatchObject({
    ...{ code: "worker.crashed", message: "Given up after 5 attempts, of which 1 ended without an error" },
  });
  expect(givenUp(claimed({ attempts: 6 })).code).toBe("worker.crashed");
});

describe("the time since which the answer may have arrived", () => {
  const unknown = new BotError("line.timeout", "", { retry: "later", outcome: "unknown" });
  const failed = new BotError("line.rejected", "", { retry: "never" });

  test("is when a send ended with an unknown outcome", () => {
    expect(unheardSends(answered(), unknown, 7)).toEqual({ outcomeUnknownSince: 7, maybeSentAt: 7 });
    expect(unheardSends(answered(), failed, 7)).toEqual({});
    expect(unheardSends(claimed(), unknown, 7)).toEqual({});
  });

  test("is kept from the first time", () => {
    expect(unheardSends(claimed({ outcomeUnknownSince: 0, maybeSentAt: 1 }), failed, 7)).toEqual({
      outcomeUnknownSince: 0,
      maybeSentAt: 1,
    });
    expect(unheardSends(answered({ outcomeUnknownSince: 0, maybeSentAt: 1 }), unknown, 7)).toEqual({
      outcomeUnknownSince: 0,
      maybeSentAt: 7,
    });
  });

  test("is not set for an answer that no attempt can have sent", () => {
    expect(wasNeverSent(answered({ crashes: 2 }))).toBe(true);
    expect(wasNeverSent(answered({ outcomeUnknownSince: 0 }))).toBe(false);
  });
});
