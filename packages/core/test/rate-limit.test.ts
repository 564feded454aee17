import { everyMsOf, isUsedUp, rateLimitsIn, requestTokens } from "@henji/core/model/rate-limit";
import { describe, expect, test } from "vitest";

const headers = (fields: Record<string, string>) =>
  new Headers(Object.entries(fields).map(([name, value]) => [`x-ratelimit-${name}`, value]));

describe("what a response says of its account's limits", () => {
  test.each([
    ["by the minute", "500", "499", "120ms", 120],
    ["by the minute, used up", "500", "0", "1m0s", 120],
    ["by the day", "10000", "9999", "8.64s", 8_640],
    ["by the day, used up", "200", "0", "24h0m0s", 432_000],
    ["that nothing is used of", "60", "60", "0s", 1_000],
    ["without a time", "60", "0", undefined, 1_000],
    ["with a time that makes no sense", "60", "0", "soon", 1_000],
    ["with a time that is too long", "60", "59", "90h", 1_440_000],
  ])("a limit of requests %s", (_, limit, remaining, reset, requestMs) => {
    const said = {
      "limit-requests": limit,
      "remaining-requests": remaining,
      ...(reset !== undefined && { "reset-requests": reset }),
    };
    expect(rateLimitsIn(headers(said))).toMatchObject({ requestMs, requestsLeft: Number(remaining) });
  });

  test("a limit of tokens is one of a minute", () => {
    const said = { "limit-tokens": "150000", "remaining-tokens": "149984", "reset-tokens": "6ms" };
    const limits = rateLimitsIn(headers(said));
    expect(limits).toEqual({ tokenMs: 0.4, tokensLeft: 149_984 });
    expect(everyMsOf(limits!, 1_000)).toBe(400);
  });

  test.each([{}, { "limit-tokens": "-1", "remaining-tokens": "-1", "limit-requests": "0" }])(
    "%j states none",
    (said) => expect(rateLimitsIn(headers(said))).toBeUndefined(),
  );

  test("where none is stated, nothing is used up", () => {
    expect(everyMsOf({}, 1_000)).toBeUndefined();
    expect(isUsedUp({}, 1_000)).toBe(false);
  });

  test("of two limits the tighter one holds", () => {
    expect(everyMsOf({ requestMs: 100, tokenMs: 0.4 }, 1_000)).toBe(400);
    expect(everyMsOf({ requestMs: 100, tokenMs: 0.4 }, 10)).toBe(100);
  });

  test("a request for which too little is left would be refused", () => {
    expect(isUsedUp({ requestsLeft: 0 }, 1)).toBe(true);
    expect(isUsedUp({ requestsLeft: 1, tokensLeft: 999 }, 1_000)).toBe(true);
    expect(isUsedUp({ requestsLeft: 1, tokensLeft: 1_000 }, 1_000)).toBe(false);
  });
});

test("a request counts with its text or with its output's limit, whichever is more", () => {
  const input = [{ role: "user" as const, content: "é".repeat(400) }];
  expect(requestTokens({ instructions: "x".repeat(80), input }, { maxOutputTokens: 100 })).toBe(220);
  expect(requestTokens({ instructions: "", input }, { maxOutputTokens: 1_000 })).toBe(1_000);
});
