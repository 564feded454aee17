import { createHmac } from "node:crypto";
import { defineBot } from "@henji/core/bot";
import { userHash } from "@henji/core/log";
import type { Model } from "@henji/core/model/model";
import { textContent } from "@henji/core/platform/content";
import type { Delivery, Inbound, Message, Platform } from "@henji/core/platform/platform";
import { createMemoryModel } from "@henji/simulation";
import { beforeEach, expect, test } from "vitest";
import ownBot from "../../../../bot.config.ts";
import { createWorld, plainBot, type World } from "./world.ts";

const { en } = ownBot.texts;
const limits = { ...ownBot.limits, dailyMessages: 2 };

let world: World;
let delivered: Delivery[];
let asked: { safetyIdentifier: string; cacheKey: string; input: string[] }[];

beforeEach(() => {
  world = createWorld({ bot: defineBot({ ...plainBot, limits }) });
  delivered = [];
  asked = [];
});

type Event = { webhookEventId: string; timestamp: number; chat: string; from: string; text?: string };

/** A message with a field that only this platform knows. */
const composed = (text: string): Message & { own: string } => ({ text, own: "of the platform" });

/** A platform that core does not know, where several users share a chat. */
const platform: Platform = {
  name: "line",
  read(raw): Inbound {
    const { webhookEventId: eventId, timestamp: at, chat, from: senderId, text } = raw as Event;
    const happening = { eventId, at, chat: { type: "group", id: chat } as const, type: "message" };
    if (text === undefined)
      return { ...happening, kind: "erasure", erase: { messageId: "M-first", since: 0 } };
    return { ...happening, kind: "question", messageId: `M-${text}`, senderId, content: textContent(text) };
  },
  mayRepeat: () => true,
  compose: (text) => ({ messages: [composed(text)] }),
  loadMarkdown: async () => platform.compose,
  fits: () => true,
  quoting: (messages) => messages,
  ownMessages: (answer) => (answer === undefined ? [] : [composed(String(answer))]),
  withButtons: (messages) => messages,
  maxMessages: 5,
  replyUntil: () => undefined,
  mayPush: async () => true,
  ready: async () => {},
  async deliver(delivery) {
    delivery.mustHold(1_000);
    delivered.push(delivery);
    return { route: "push", requestId: "r1" };
  },
  sendOnce: async () => ({ sentIds: undefined }),
  showLoading: async () => {},
  markAsRead: async () => {},
  fetchMedia: () => Promise.reject(new Error("Nothing is sent but text")),
  botName: async () => undefined,
  profileOf: async () => undefined,
};

const model: Model = {
  ask(context, options) {
    const { safetyIdentifier, cacheKey } = options;
    asked.push({ safetyIdentifier, cacheKey, input: context.input.map(({ content }) => content) });
    return createMemoryModel().ask(context, options);
  },
};

/** One message, by default in the same chat. */
async function say(from: string, text: string, chat = "G1"): Promise<void> {
  world.put(chat, { chat, from, text });
  await world.run(world.worker({ platform, model }), 1_000);
}

const shown = () => delivered.map(({ messages }) => messages[0]?.text);

test("a message is stored and delivered exactly as its platform has composed it", async () => {
  await say("aki", "Hello");
  expect(delivered).toMatchObject([
    {
      chatId: "G1",
      route: "push",
      maybeSentAt: undefined,
      messages: [composed("You said: Somebody: Hello")],
    },
  ]);
  expect(world.table.turnsOf("G1")[0]).toMatchObject({
    messages: JSON.stringify(delivered[0]?.messages),
    idempotencyKey: delivered[0]?.idempotencyKey,
  });
});

test("memory belongs to the chat, limits to each user", async () => {
  await say("aki", "My word is marzipan");
  await say("ben", "Which word was it?");
  expect(asked.at(-1)?.input).toContain("Somebody: My word is marzipan");
  await say("aki", "And now?");
  await say("aki", "One too many");
  expect(shown().at(-1)).toBe(en.dailyLimit);
  await say("ben", "I may go on");
  expect(shown().at(-1)).toBe("You said: Somebody: I may go on");
});

test("users of one chat have different safety identifiers and the same cache key", async () => {
  for (const user of ["aki", "ben", "aki"]) await say(user, "Hello");
  const [first, other, again] = asked;
  expect(again?.safetyIdentifier).toBe(first?.safetyIdentifier);
  expect(other?.safetyIdentifier).not.toBe(first?.safetyIdentifier);
  expect(other?.cacheKey).toBe(first?.cacheKey);
});

test("a user has the same safety identifier in every chat, also when notes are taken", async () => {
  const notedFor: string[] = [];
  const { memory } = ownBot;
  world = createWorld({
    bot: defineBot({
      ...plainBot,
      memory: { ...memory, highWaterTokens: 20, lowWaterTokens: 0, maxTokens: 200 },
    }),
    summarizer: { onAsk: (_notes, _context, { safetyIdentifier }) => void notedFor.push(safetyIdentifier) },
  });
  const identified = (user: string) => createHmac("sha256", "secret").update(user).digest("hex");
  const users = ["aki", "ben", "aki"];
  for (const chat of ["G1", "G2"]) for (const user of users) await say(user, `Hello from ${user}`, chat);
  expect(asked.map(({ safetyIdentifier }) => safetyIdentifier)).toEqual([...users, ...users].map(identified));
  expect(new Set(asked.map(({ cacheKey }) => cacheKey)).size).toBe(2);
  expect(notedFor).toEqual(["ben", "aki", "ben", "aki"].map(identified));
});

test("a user's id is erased with the message, and the usage still counts", async () => {
  await say("aki", "first");
  await say("aki", "second");
  world.put("G1", { chat: "G1", from: "aki" });
  await world.run(world.worker({ platform, model }), 1_000);
  const [, first] = world.table.turnsOf("G1");
  expect(first).toMatchObject({ erased: true, usage: { user: userHash("aki"), answers: 1 } });
  expect(first).not.toHaveProperty("senderId");
  await say("aki", "third");
  expect(shown().at(-1)).toBe(en.dailyLimit);
});

test("an answer is not sent on any platform if the lease does not last for the send", async () => {
  const slow: Platform = {
    ...platform,
    async deliver(delivery) {
      await new Promise<void>((resolve) => world.scheduler.after(25_000, resolve));
      return platform.deliver(delivery);
    },
  };
  world.put("G1", { chat: "G1", from: "aki", text: "Hello" });
  await world.run(world.worker({ platform: slow, model }), 30_000);
  expect(delivered).toEqual([]);
  expect(world.logged("job.retry")).toMatchObject([{ code: "turn.lease_expired" }]);
});
