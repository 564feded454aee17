import { accountOf, add, costOf, type DayUsage, totalOf, withAnswer } from "@henji/core/usage/usage";
import { expect, test } from "vitest";

const day = "2027-01-15";
const usage = (fields: Partial<DayUsage> = {}): DayUsage => ({
  ...{ day, answers: 0, replies: 0, pushes: 0, refused: false, foldVersion: 0 },
  ...{ inputTokens: 0, cachedTokens: 0, outputTokens: 0 },
  ...fields,
});
const used = { inputTokens: 100, cachedTokens: 30, outputTokens: 20 };
const fold = (version: number) => ({ version, ...used });

test("of the totals that a chat's turns carry the one that counts most sends is the day's", () => {
  const least = usage({ replies: 1 });
  const most = usage({ replies: 1, pushes: 1 });
  const other = usage({ replies: 9, day: "2027-01-14" });
  expect(totalOf([other, least, most], day)).toBe(most);
  expect(totalOf([most, least, other], day)).toBe(most);
  expect(totalOf([other], day)).toBeUndefined();
  // Of two that count the same, the newer one knows more: a fold, or that the user was told of the limit.
  const newer = usage({ pushes: 2, refused: true });
  expect(totalOf([most, newer], day)).toBe(newer);
});

test("the day's first turn begins at nothing, and says so", () => {
  expect(accountOf([], undefined, day)).toEqual({ usage: usage(), isFirstOfDay: true });
  const yesterday = usage({ day: "2027-01-14", replies: 5, foldVersion: 3, inputTokens: 7 });
  expect(accountOf([yesterday], undefined, day)).toEqual({
    ...{ usage: usage({ foldVersion: 3 }), isFirstOfDay: true },
  });
  const today = usage({ replies: 2 });
  expect(accountOf([yesterday, today], undefined, day)).toEqual({ usage: today, isFirstOfDay: false });
});

test("a fold is counted once, with the first turn behind it, also across midnight", () => {
  const before = usage({ replies: 1, foldVersion: 3, inputTokens: 5 });
  expect(accountOf([before], fold(4), day).usage).toEqual({
    ...{ ...before, foldVersion: 4 },
    ...{ inputTokens: 105, cachedTokens: 30, outputTokens: 20 },
  });
  expect(accountOf([before], fold(3), day).usage).toEqual(before);
  const yesterday = usage({ day: "2027-01-14", foldVersion: 4 });
  expect(accountOf([yesterday], fold(4), day).usage).toEqual(usage({ foldVersion: 4 }));
  expect(accountOf([yesterday, before], fold(4), day).usage).toEqual(before);
});

test("an answer counts with its tokens and by its way; a notice costs none", () => {
  const account = { usage: usage({ answers: 1, replies: 1, pushes: 1, ...used }), isFirstOfDay: false };
  expect(withAnswer(account, "reply", used)).toEqual({
    usage: usage({
      ...{ answers: 2, replies: 2, pushes: 1 },
      ...{ inputTokens: 200, cachedTokens: 60, outputTokens: 40 },
    }),
    isFirstOfDay: false,
  });
  expect(withAnswer(account, "push", used).usage).toMatchObject({ answers: 2, replies: 1, pushes: 2 });
  expect(withAnswer(account, "push", "help").usage).toEqual(
    usage({ answers: 1, replies: 1, pushes: 2, ...used }),
  );
  expect(withAnswer(account, "reply", undefined).usage).toEqual(
    usage({ answers: 1, replies: 2, pushes: 1, ...used }),
  );
});

test("who was told of a limit is not told again, unless the day has changed since it was decided", () => {
  const account = (fields: Partial<DayUsage>) => ({ usage: usage(fields), isFirstOfDay: false });
  const isRefused = (fields: Partial<DayUsage>, said: "daily_limit" | "total_limit" | "help") =>
    withAnswer(account(fields), "reply", said).usage.refused;
  expect(isRefused({ replies: 2 }, "daily_limit")).toBe(true);
  expect(isRefused({ pushes: 2 }, "daily_limit")).toBe(true);
  expect(isRefused({}, "daily_limit")).toBe(false);
  expect(isRefused({}, "total_limit")).toBe(true);
  expect(isRefused({ replies: 2 }, "help")).toBe(false);
  expect(isRefused({ refused: true }, "help")).toBe(true);
});

test("what is not served from the cache costs the dearer of input and cache write", () => {
  const prices = { input: 1, cachedInput: 0.1, cacheWrite: 2, output: 10 };
  const tokens = { inputTokens: 1_000, cachedTokens: 400, outputTokens: 50 };
  expect(costOf(tokens, prices)).toBeCloseTo((600 * 2 + 400 * 0.1 + 50 * 10) / 1_000_000, 12);
  expect(costOf(tokens, { ...prices, input: 3 })).toBeCloseTo(
    (600 * 3 + 400 * 0.1 + 50 * 10) / 1_000_000,
    12,
  );
});

test("tokens are added, and nothing else", () => {
  expect(add({ ...used, version: 3 }, used)).toEqual({
    ...{ inputTokens: 200, cachedTokens: 60, outputTokens: 40 },
    version: 3,
  });
});
