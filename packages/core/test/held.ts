import type { Held } from "@henji/core/held";
import { createLog } from "@henji/core/log";
import { textContent } from "@henji/core/platform/content";
import { compose, fits } from "@henji/core/platform/line/compose";
import { loadMarkdown } from "@henji/core/platform/line/markdown";
import { ownMessages } from "@henji/core/platform/line/own-messages";
import { quoting } from "@henji/core/platform/line/quote";
import { reader } from "@henji/core/platform/line/reader";
import type { Platform } from "@henji/core/platform/platform";
import type { Job } from "@henji/core/queue/job";
import { createSpending, nothingSpent } from "@henji/core/usage/spent";
import { claimed, nothingRemembered } from "./turns.ts";

const receivedAt = 1_800_000_000_000;

const notExpected = () => Promise.reject(new Error("Nothing was to be sent"));

/** Reads and composes as LINE does, and routes to a reply; it sends nothing, unless these functions do. */
export function platformWith(functions: Partial<Platform> = {}): Platform {
  return {
    ...{
      name: "line",
      ...reader,
      compose,
      loadMarkdown,
      fits,
      quoting,
      ownMessages,
      withButtons: (messages) => messages,
    },
    ...{ maxMessages: 5, replyUntil: () => receivedAt + 50_000 },
    ...{ ready: async () => {}, mayPush: async () => true },
    ...{ deliver: notExpected, sendOnce: notExpected, showLoading: async () => {} },
    ...{ markAsRead: async () => {}, botName: async () => undefined, profileOf: async () => undefined },
    fetchMedia: () => Promise.reject(new Error("Nothing was to be fetched")),
    ...functions,
  };
}

/** The first question of a chat, just claimed, with these fields replaced. */
export function held(fields: Partial<Held> = {}): Held {
  const job: Job = { version: 2, platform: "line", eventId: "E1", event: {}, receivedAt };
  return {
    ...{ kind: "readable", job, platform: platformWith(), turn: claimed(), memory: nothingRemembered },
    message: {
      ...{ messageId: "m", receiptHandle: "r", chatId: "U1", sequence: "1", body: "", receiveCount: 1 },
    },
    inbound: {
      ...{ kind: "question", eventId: "E1", at: receivedAt, chat: { type: "user", id: "U1" } },
      ...{ type: "message/text", messageId: "1", senderId: "U1", content: textContent("Hi") },
    },
    batch: { deadline: receivedAt + 75_000, chats: 1, unsent: [] },
    replay: undefined,
    profile: Promise.resolve(undefined),
    talk: Promise.resolve([]),
    checkingCap: Promise.resolve(false),
    thinking: { at: undefined },
    spending: createSpending(nothingSpent),
    log: createLog({ write: () => {} }),
    ...fields,
  };
}
