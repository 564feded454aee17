import type { Chat } from "@henji/core/bot";
import type { SendResult } from "@henji/core/platform/line/api";
import { createLinePlatform } from "@henji/core/platform/line/line";
import type { Job } from "@henji/core/queue/job";
import { replyTokenFreshMs } from "@henji/core/settings";
import { beforeEach, expect, test } from "vitest";

const receivedAt = 1_800_000_000_000;
const sent: SendResult = { outcome: "sent", requestId: "r1" };
let calls: unknown[][];
let replied: SendResult;

beforeEach(() => {
  calls = [];
  replied = sent;
});

const line = createLinePlatform({
  line: {
    async reply(...call) {
      calls.push(["reply", ...call]);
      return replied;
    },
    async push(...call) {
      calls.push(["push", ...call]);
      return sent;
    },
    showLoading: async (...call) => void calls.push(["loading", ...call]),
    markAsRead: async (...call) => void calls.push(["read", ...call]),
    profile: async () => undefined,
    info: () => Promise.reject(new Error("LINE was not to be asked")),
    quota: () => Promise.reject(new Error("LINE was not to be asked")),
    ready: async () => {},
  },
  clock: { now: () => receivedAt, timeout: () => new AbortController().signal },
});

function jobWith(event: Record<string, unknown>): Job {
  const timestamp = receivedAt;
  return { version: 2, platform: "line", eventId: "E1", event: { timestamp, ...event }, receivedAt };
}

const job = jobWith({ replyToken: "token" });
const messages = [{ type: "text", text: "Sorry" }];
const apology = { job, chatId: "U1", messages, idempotencyKey: "key" };

test("the route is a reply while the token is fresh, unless the bot is set to push", () => {
  expect(line.name).toBe("line");
  expect(line.route(job, receivedAt, "auto")).toBe("reply");
  expect(line.route(job, receivedAt, "push")).toBe("push");
  expect(line.route(job, receivedAt + replyTokenFreshMs, "auto")).toBe("push");
  expect(line.route(jobWith({}), receivedAt, "auto")).toBe("push");
});

test("sendOnce uses the given route, and a push if there is no token", async () => {
  await line.sendOnce({ ...apology, route: "reply" });
  await line.sendOnce({ ...apology, route: "push" });
  await line.sendOnce({ ...apology, job: jobWith({}), route: "reply" });
  const push = ["push", "U1", messages, "key"];
  expect(calls).toEqual([["reply", "token", messages], push, push]);
});

test("sendOnce with an invalid token fails without a retry", async () => {
  replied = { outcome: "invalid_reply_token", requestId: "r1" };
  const error = { code: "line.invalid_reply_token", retry: "never", message: expect.stringMatching(/token/) };
  await expect(line.sendOnce({ ...apology, route: "reply" })).rejects.toMatchObject(error);
});

test("LINE shows its loading animation in 1:1 chats only, for a minute", async () => {
  for (const type of ["user", "group", "room"] as const satisfies Chat["type"][]) {
    await line.showLoading({ type, id: "C1" });
  }
  expect(calls).toEqual([["loading", "C1", 60]]);
});
