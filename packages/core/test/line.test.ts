import type { Chat } from "@henji/core/bot";
import type { SendResult } from "@henji/core/platform/line/api";
import { createLinePlatform } from "@henji/core/platform/line/line";
import type { Platform } from "@henji/core/platform/platform";
import type { Job } from "@henji/core/queue/job";
import { replyTokenFreshMs } from "@henji/core/settings";
import { beforeEach, expect, test } from "vitest";

const receivedAt = 1_800_000_000_000;
const sent: SendResult = { outcome: "sent", requestId: "r1" };
let calls: unknown[][];
let chatMode: string;
let replied: SendResult;

beforeEach(() => {
  calls = [];
  replied = sent;
  chatMode = "chat";
  line = open();
});

let line: Platform;

const open = () =>
  createLinePlatform({
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
      async profile(...call) {
        calls.push(["profile", ...call]);
        return { name: `Name of ${call[1]}`, language: undefined };
      },
      info: async () => ({ userId: "U", basicId: "@b", displayName: "Henji", chatMode }),
      quota: () => Promise.reject(new Error("LINE was not to be asked")),
      ready: async () => {},
      mayPush: async () => true,
    },
    loadContent: async () => async (ref, what) => ({
      bytes: Buffer.from(`${ref} ${what}`),
      type: "text/plain",
    }),
    clock: { now: () => receivedAt, timeout: () => new AbortController().signal },
  });

function jobWith(event: Record<string, unknown>): Job {
  const timestamp = receivedAt;
  return { version: 2, platform: "line", eventId: "E1", event: { timestamp, ...event }, receivedAt };
}

const job = jobWith({ replyToken: "token" });
const messages = [{ type: "text", text: "Sorry" }];
const apology = { job, chatId: "U1", messages, idempotencyKey: "key" };

test("a reply is possible while the token is fresh", () => {
  expect(line.name).toBe("line");
  expect(line.replyUntil(job)).toBe(receivedAt + replyTokenFreshMs);
  expect(line.replyUntil(jobWith({}))).toBeUndefined();
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
    await line.showLoading({ type, id: "C1" }, job, 60);
  }
  expect(calls).toEqual([["loading", "C1", 60]]);
});

test("a message is shown as read where people answer too, which LINE does not do by itself", async () => {
  const read = jobWith({ message: { markAsReadToken: "r1" } });
  await line.markAsRead(read);
  await line.markAsRead(jobWith({ message: {} }));
  await line.markAsRead(jobWith({}));
  expect(calls).toEqual([["read", "r1"]]);
  chatMode = "bot";
  await open().markAsRead(read);
  expect(calls).toHaveLength(1);
});

test("users and members of groups have profiles; who is not named by LINE has none", async () => {
  expect(await line.botName()).toBe("Henji");
  expect(await line.profileOf({ type: "user", id: "U1" }, "U1")).toEqual({
    name: "Name of U1",
  });
  expect(await line.profileOf({ type: "group", id: "C1" }, "U1")).toEqual({
    name: "Name of U1",
  });
  expect(await line.profileOf({ type: "group", id: "C1" }, "C1#somebody")).toBeUndefined();
  expect(calls).toEqual([
    ["profile", { type: "user", id: "U1" }, "U1"],
    ["profile", { type: "group", id: "C1" }, "U1"],
  ]);
});

const text = (text: string) => ({ type: "text", text });

test("a question is quoted by LINE's token, unless that is longer than any", () => {
  const quotes = (quoteToken: unknown) => {
    const job = { event: { message: { quoteToken } } } as Job;
    return line.quoting([text("Hello"), text("again")], job);
  };
  expect(quotes("q")).toEqual([{ ...text("Hello"), quoteToken: "q" }, text("again")]);
  for (const token of ["q".repeat(1_001), "\uD83D", 7, undefined])
    expect(quotes(token)).toEqual([text("Hello"), text("again")]);
});

test("a message with which LINE cannot quote goes out without", () => {
  const job = { event: { message: { quoteToken: "q" } } } as unknown as Job;
  const flex = { ...text("Hello"), type: "flex" };
  expect(line.quoting([flex, text("again")], job)).toEqual([flex, text("again")]);
});
