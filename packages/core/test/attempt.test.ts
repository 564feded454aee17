import { BotError } from "@henji/core/error";
import { retry, retryKeyGoodMs } from "@henji/core/settings";
import {
  givenUp,
  mayHaveArrived,
  mustIsolate,
  retryKeyExpired,
  retryKeyUnknown,
  wasNeverSent,
} from "@henji/core/turn/attempt";
import { describe, expect, test } from "vitest";
import { answered, claimed } from "./turns.ts";

describe("a message whose process died twice", () => {
  const crashed = { crashes: 2, attempts: 3 };

  test("is isolated if other chats are in its batch", () => {
    expect(mustIsolate(claimed(crashed), { chats: 2 })).toBe(true);
    expect(mustIsolate(claimed(crashed), { chats: 1 })).toBe(false);
    expect(mustIsolate(claimed({ ...crashed, crashes: 1 }), { chats: 2 })).toBe(false);
    expect(mustIsolate(answered(crashed), { chats: 2 })).toBe(true);
  });

  test("makes its last two attempts in any batch", () => {
    const attempts = retry.maxAttempts;
    expect(mustIsolate(claimed({ ...crashed, attempts: attempts - 2 }), { chats: 2 })).toBe(true);
    expect(mustIsolate(claimed({ ...crashed, attempts: attempts - 1 }), { chats: 2 })).toBe(false);
    expect(mustIsolate(claimed({ ...crashed, attempts }), { chats: 2 })).toBe(false);
  });
});

test("a retry key expires only for a push whose outcome is unknown", () => {
  const outcomeUnknownSince = 1_000;
  const late = outcomeUnknownSince + retryKeyGoodMs + 1;
  const unknown = { outcomeUnknownSince };
  expect(retryKeyExpired(answered(unknown, { route: "push" }), late - 1)).toBe(false);
  expect(retryKeyExpired(answered(unknown, { route: "push" }), late)).toBe(true);
  expect(retryKeyExpired(answered(unknown, { route: "reply" }), late)).toBe(false);
  expect(retryKeyExpired(answered({}, { route: "push" }), late)).toBe(false);
  expect(retryKeyExpired(claimed(unknown), late)).toBe(false);
  expect(retryKeyUnknown()).toMatchObject({
    code: "delivery.unclear",
    retry: "never",
    message: expect.stringContaining("retry key"),
  });
});

test("the reason for giving up is the last error, or that the process died", () => {
  expect(givenUp(answered({ attempts: 6, error: "model.timeout" }))).toMatchObject({
    ...{ code: "model.timeout", retry: "never" },
    message: "Given up after 5 attempts, of which 0 ended without an error",
  });
  expect(givenUp(answered({ attempts: 6, crashes: 1, error: "model.timeout" }))).toMatchObject({
    ...{ code: "worker.crashed", message: "Given up after 5 attempts, of which 1 ended without an error" },
  });
  expect(givenUp(claimed({ attempts: 6 })).code).toBe("worker.crashed");
});

describe("whether the answer may have arrived", () => {
  const unknown = new BotError("line.timeout", "", { retry: "later", outcome: "unknown" });
  const failed = new BotError("line.rejected", "", { retry: "never" });

  test("is unknown if the outcome of the send is unknown", () => {
    expect(mayHaveArrived(claimed(), answered(), unknown)).toBe(true);
    expect(mayHaveArrived(claimed(), answered(), failed)).toBe(false);
    expect(mayHaveArrived(claimed(), claimed(), unknown)).toBe(false);
  });

  test("is unknown if an earlier attempt died after the answer was stored", () => {
    const crashed = { crashes: 1 };
    expect(mayHaveArrived(answered(crashed), answered(crashed), failed)).toBe(true);
    expect(mayHaveArrived(answered(), answered(), failed)).toBe(false);
    expect(mayHaveArrived(claimed(crashed), answered(crashed), failed)).toBe(false);
  });

  test("stays unknown in later attempts", () => {
    expect(mayHaveArrived(claimed(), claimed({ outcomeUnknownSince: 0 }), failed)).toBe(true);
    expect(mayHaveArrived(answered(), answered({ outcomeUnknownSince: 0 }), failed)).toBe(true);
  });

  test("is no for an answer that no attempt can have sent", () => {
    expect(wasNeverSent(answered())).toBe(true);
    expect(wasNeverSent(answered({ crashes: 2, crashesBeforeAnswer: 2 }))).toBe(true);
    expect(wasNeverSent(answered({ crashes: 2, crashesBeforeAnswer: 1 }))).toBe(false);
    expect(wasNeverSent(answered({ outcomeUnknownSince: 0 }))).toBe(false);
  });
});
