import { isFresh, replyTokenOf } from "@henji/core/platform/line/reply-token";
import type { Job } from "@henji/core/queue/job";
import { replyTokenFreshMs, replyTokenRenewableMs } from "@henji/core/settings";
import { expect, test } from "vitest";

const receivedAt = 1_800_000_000_000;
const token = { token: "token", receivedAt };

const jobWith = (event: unknown): Job => ({ version: 2, platform: "line", eventId: "E1", event, receivedAt });

/** The token of an event that happened this long before it was received. */
const tokenAfter = (ms: number) => replyTokenOf(jobWith({ replyToken: "token", timestamp: receivedAt - ms }));

test("a reply token is fresh for 50 seconds; a missing one never is", () => {
  expect(isFresh(token, receivedAt)).toBe(true);
  expect(isFresh(token, receivedAt + replyTokenFreshMs - 1)).toBe(true);
  expect(isFresh(token, receivedAt + replyTokenFreshMs)).toBe(false);
  expect(isFresh(undefined, receivedAt)).toBe(false);
});

test("a reply token's time counts from its receipt, because a redelivery renews it", () => {
  expect(tokenAfter(0)).toEqual(token);
  expect(tokenAfter(replyTokenRenewableMs - 1)).toEqual(token);
});

test("the time of a reply token whose event came very late counts from the event, so it is not fresh", () => {
  const late = tokenAfter(replyTokenRenewableMs);
  expect(late).toEqual({ token: "token", receivedAt: receivedAt - replyTokenRenewableMs });
  expect(isFresh(late, receivedAt)).toBe(false);
});

test("LINE's clock may be ahead of ours", () => {
  expect(tokenAfter(-5_000)).toEqual(token);
});

test.each([
  { timestamp: receivedAt },
  { replyToken: 1, timestamp: receivedAt },
  { replyToken: "token" },
  null,
])("%j has no reply token", (event) => {
  expect(replyTokenOf(jobWith(event))).toBeUndefined();
});
