import {
  add,
  costOf,
  costUsd,
  type DayUsage,
  type FoldUsage,
  limitedTokens,
  type ModelUsage,
  runningTotal,
  totalOf,
  withSend,
} from "@henji/core/usage/usage";
import { expect, test } from "vitest";

const day = "2027-01-15";
const user = "0123456789ab";
const totalBefore = (carried: readonly DayUsage[], fold?: FoldUsage) =>
  runningTotal(carried, fold, { user, day });
const usage = (fields: Partial<DayUsage> = {}): DayUsage => ({
  ...{ day, user, answers: 0, replies: 0, pushes: 0, refused: false, foldVersion: 0 },
  ...{ inputTokens: 0, cachedTokens: 0, outputTokens: 0 },
  ...fields,
});
const used = { inputTokens: 100, cachedTokens: 30, outputTokens: 20 };
const fold = (version: number) => ({ version, ...used });

test("the total of a day is the one with the most sends", () => {
  const least = usage({ replies: 1 });
  const most = usage({ replies: 1, pushes: 1 });
  const other = usage({ replies: 9, day: "2027-01-14" });
  expect(totalOf([other, least, most], day)).toBe(most);
  expect(totalOf([most, least, other], day)).toBe(most);
  expect(totalOf([other], day)).toBeUndefined();
  // Of two with equal sends the newer one counts: it may include a fold, or that the user was told of the limit.
  const newer = usage({ pushes: 2, refused: true });
  expect(totalOf([most, newer], day)).toBe(newer);
});

test("of two totals with equal sends the one with more in it counts, wherever its turn stands", () => {
  const media = (voiceSeconds: number) => ({ pictures: 0, files: 0, voiceSeconds });
  const pairs = [
    [usage({ replies: 1, inputTokens: 9 }), usage({ replies: 1, inputTokens: 8 })],
    [usage({ outputTokens: 9 }), usage({ outputTokens: 8 })],
    [usage({ media: media(2) }), usage({ media: media(1) })],
    [usage({ searches: { web: 1, files: 0 } }), usage({ searches: { web: 0, files: 0 } })],
    [usage({ searches: { web: 0, files: 1 } }), usage()],
    [usage({ replies: 2 }), usage({ replies: 1, inputTokens: 9 })],
  ] as const;
  for (const [more, less] of pairs) {
    expect(totalOf([more, less], day)).toBe(more);
    expect(totalOf([less, more], day)).toBe(more);
  }
});

test("the first turn of a day starts at zero", () => {
  expect(totalBefore([])).toEqual(usage());
  const yesterday = usage({ day: "2027-01-14", replies: 5, foldVersion: 3, inputTokens: 7 });
  expect(totalBefore([yesterday])).toEqual(usage({ foldVersion: 3 }));
  const today = usage({ replies: 2 });
  expect(totalBefore([yesterday, today])).toEqual({ ...today, foldVersion: 3 });
});

test("a fold is counted once, with the first turn after it, also across midnight", () => {
  const before = usage({ replies: 1, foldVersion: 3, inputTokens: 5 });
  expect(totalBefore([before], fold(4))).toEqual({
    ...{ ...before, foldVersion: 4 },
    ...{ inputTokens: 105, cachedTokens: 30, outputTokens: 20 },
  });
  expect(totalBefore([before], fold(3))).toEqual(before);
  const yesterday = usage({ day: "2027-01-14", foldVersion: 4 });
  expect(totalBefore([yesterday], fold(4))).toEqual(usage({ foldVersion: 4 }));
  expect(totalBefore([yesterday, before], fold(4))).toEqual({ ...before, foldVersion: 4 });
});

test("an answer counts its tokens and its route; a notice counts only its route", () => {
  const before = { usage: usage({ answers: 1, replies: 1, pushes: 1, ...used }), isUnlisted: false };
  expect(withSend(before, "reply", used)).toEqual({
    usage: usage({
      ...{ answers: 2, replies: 2, pushes: 1 },
      ...{ inputTokens: 200, cachedTokens: 60, outputTokens: 40 },
    }),
    isUnlisted: false,
  });
  expect(withSend(before, "push", used).usage).toMatchObject({ answers: 2, replies: 1, pushes: 2 });
  expect(withSend(before, "push", "notice").usage).toEqual(
    usage({ answers: 1, replies: 1, pushes: 2, ...used }),
  );
  expect(withSend(before, "reply", "notice").usage).toEqual(
    usage({ answers: 1, replies: 2, pushes: 1, ...used }),
  );
});

test("a user who was told of a limit stays marked as told", () => {
  const isRefused = (fields: Partial<DayUsage>, sent: "limit_notice" | "notice") =>
    withSend({ usage: usage(fields), isUnlisted: false }, "reply", sent).usage.refused;
  expect(isRefused({}, "limit_notice")).toBe(true);
  expect(isRefused({ replies: 2 }, "notice")).toBe(false);
  expect(isRefused({ refused: true }, "notice")).toBe(true);
});

test("each user of a chat has a total, and a fold counts for the user who is answered next", () => {
  const mine = usage({ replies: 2, inputTokens: 5 });
  const theirs = usage({ user: "another", replies: 7, foldVersion: 4 });
  expect(totalBefore([mine, theirs])).toEqual({ ...mine, foldVersion: 4 });
  expect(totalBefore([theirs])).toEqual(usage({ foldVersion: 4 }));
  expect(totalBefore([mine, theirs], fold(4)).inputTokens).toBe(5);
  expect(totalBefore([mine, theirs], fold(5))).toMatchObject({ user, inputTokens: 105 });
});

test("tokens that are not cached cost the higher of input and cache write", () => {
  const prices = { input: 1, cachedInput: 0.1, cacheWrite: 2, output: 10 };
  const tokens = { inputTokens: 1_000, cachedTokens: 400, outputTokens: 50 };
  expect(costOf(tokens, prices)).toBeCloseTo((600 * 2 + 400 * 0.1 + 50 * 10) / 1_000_000, 12);
  expect(costOf(tokens, { ...prices, input: 3 })).toBeCloseTo(
    (600 * 3 + 400 * 0.1 + 50 * 10) / 1_000_000,
    12,
  );
});

test("the cost in a log line has no digits that are only noise of the arithmetic", () => {
  const prices = { input: 0.1, cachedInput: 0.01, cacheWrite: 0.125, output: 0.5 };
  const tokens = { inputTokens: 145, cachedTokens: 0, outputTokens: 33 };
  expect(costUsd(tokens, prices)).toBe(0.000034625);
  expect(costUsd({ ...tokens, inputTokens: 3, outputTokens: 0 }, prices)).toBe(3.75e-7);
  expect(costUsd({ inputTokens: 0, cachedTokens: 0, outputTokens: 0 }, prices)).toBe(0);
});

test("only tokens are added", () => {
  expect(add({ ...used, version: 3 }, used)).toEqual({
    ...{ inputTokens: 200, cachedTokens: 60, outputTokens: 40 },
    version: 3,
  });
});

test("a search costs its fee beside the tokens, and counts as the tokens that it would buy", () => {
  const prices = { input: 0.1, cachedInput: 0, cacheWrite: 0.1, output: 0, webSearch: 10, fileSearch: 2.5 };
  const searched = { ...used, searches: { web: 3, files: 4 } };
  expect(costOf(searched, prices)).toBeCloseTo(0.03 + 0.01 + costOf(used, prices), 12);
  expect(limitedTokens(searched, prices)).toBe(120 + 300_000 + 100_000);
  expect(limitedTokens(searched, { ...prices, input: 0 })).toBe(120);
  expect(limitedTokens(used, prices)).toBe(120);
});

test("searches are added up, and days without any have none", () => {
  const none: ModelUsage = used;
  const some: ModelUsage = { ...used, searches: { web: 1, files: 2 } };
  expect(add(some, some).searches).toEqual({ web: 2, files: 4 });
  expect(add(none, some).searches).toEqual({ web: 1, files: 2 });
  expect(add(some, used).searches).toEqual({ web: 1, files: 2 });
  expect(add(used, used)).not.toHaveProperty("searches");
});
