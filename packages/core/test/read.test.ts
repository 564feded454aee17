import { textContent, textOf } from "@henji/core/platform/content";
import { read } from "@henji/core/platform/line/read";
import type { Question } from "@henji/core/platform/platform";
import { unsentWithinMs } from "@henji/core/settings";
import { describe, expect, test } from "vitest";

const user = { type: "user", userId: "U1" };
const group = { type: "group", groupId: "C1", userId: "U1" };
const room = { type: "room", roomId: "R1", userId: "U1" };
const text = { type: "text", id: "1", text: "Hi", quoteToken: "q" };

const event = (fields: object = {}) => ({
  type: "message",
  webhookEventId: "E1",
  timestamp: 1_800_000_000_000,
  source: user,
  message: text,
  ...fields,
});

const kindOf = (fields: object) => read(event(fields)).kind;

describe("a question", () => {
  const question = {
    kind: "question",
    eventId: "E1",
    at: 1_800_000_000_000,
    chat: { type: "user", id: "U1" },
    type: "message/text",
    messageId: "1",
    senderId: "U1",
    content: textContent("Hi"),
  };

  test("is a text in a 1:1 chat", () => {
    expect(read(event())).toEqual(question);
    const { quoteToken, ...plain } = text;
    expect(read(event({ message: plain }))).toEqual(question);
  });

  test.each([
    ["of another type", { type: "postback" }],
    ["without a user", { source: { type: "user" } }],
    ["without words", { message: { ...text, text: "" } }],
    ["without an id", { message: { type: "text", text: "Hi" } }],
    ["that is missing", { message: undefined }],
  ])("is not an event %s", (_, fields) => {
    expect(kindOf(fields)).toBe("ignored");
  });
});

describe("in a group", () => {
  const mentioning = (words: string, ...mentionees: object[]) =>
    read(event({ source: group, message: { ...text, text: words, mention: { mentionees } } }));
  const self = (index: number) => ({ index, length: 6, isSelf: true });

  test("a message is a question if it mentions the bot, without the mention", () => {
    expect(mentioning("@Henji, hi", self(0))).toMatchObject({
      kind: "question",
      content: textContent("hi"),
    });
    expect(mentioning("hi @Henji", self(3))).toMatchObject({ content: textContent("hi") });
    expect(mentioning("hi @Henji there", self(3))).toMatchObject({ content: textContent("hi there") });
    const twice = mentioning("@Henji @Henji both", self(0), self(7));
    expect(twice).toMatchObject({ content: textContent("both"), senderId: "U1" });
    // Two UTF-16 units stand before the mention.
    expect(mentioning("😀@Henji 何時？", self(2))).toMatchObject({ content: textContent("😀 何時？") });
  });

  test("a mention and nothing else calls the bot", () => {
    expect(mentioning("@Henji", self(0))).toMatchObject({ kind: "question", content: textContent("@Henji") });
  });

  test("everything else is overheard", () => {
    const other = { index: 0, length: 4, userId: "U2" };
    expect(mentioning("@Ben hi", other)).toMatchObject({
      kind: "overheard",
      content: textContent("@Ben hi"),
    });
    expect(mentioning("@All hi", { ...other, type: "all" })).toMatchObject({ kind: "overheard" });
    for (const source of [group, room]) expect(kindOf({ source })).toBe("overheard");
    expect(kindOf({ source: group, message: { type: "sticker", id: "1" } })).toBe("overheard");
  });

  test("a mention that makes no sense is passed over", () => {
    for (const mention of [
      7,
      {},
      { mentionees: 7 },
      { mentionees: [{ isSelf: true, index: "0", length: 6 }] },
    ])
      expect(kindOf({ source: group, message: { ...text, mention } })).toBe("overheard");
    expect(mentioning("hi", { index: 99, length: 99, isSelf: true })).toMatchObject({ kind: "question" });
  });

  test("members whom LINE does not name are one", () => {
    expect(read(event({ source: { type: "group", groupId: "C1" } }))).toMatchObject({
      senderId: "C1#somebody",
    });
  });
});

test.each([
  [
    { type: "sticker", keywords: ["happy", "cat"] },
    { kind: "sticker", text: "[Sticker: happy, cat]" },
  ],
  [
    { type: "sticker", text: "やった", keywords: [] },
    { kind: "sticker", text: '[Sticker: "やった"]' },
  ],
  [
    { type: "sticker", keywords: 7 },
    { kind: "sticker", text: "[Sticker]" },
  ],
  [
    { type: "location", latitude: 1.5, longitude: 2 },
    { kind: "location", text: "[Location: 1.5, 2]" },
  ],
  [
    { type: "location", title: "Home" },
    { kind: "location", text: "[Location: Home]" },
  ],
  [{ type: "location" }, { kind: "location", text: "[Location: unknown]" }],
  [{ type: "image" }, { kind: "image", ref: "1" }],
  [{ type: "audio" }, { kind: "audio", ref: "1" }],
  [{ type: "video" }, { kind: "video", ref: "1" }],
  [
    { type: "file", fileName: "a.pdf", fileSize: 9 },
    { kind: "file", ref: "1", name: "a.pdf", bytes: 9 },
  ],
  [{ type: "file" }, { kind: "file", ref: "1" }],
  [{ type: "hologram" }, { kind: "unknown", type: "hologram" }],
])("a message %j is a question with %j", (message, part) => {
  expect(read(event({ message: { id: "1", ...message } }))).toMatchObject({
    kind: "question",
    content: [part],
  });
});

test("a message names what it quotes", () => {
  expect(read(event({ message: { ...text, quotedMessageId: "7" } }))).toMatchObject({ quotes: "7" });
});

test("whatever a text, its mentions and its parts are, what is read is Unicode text that fits into a turn", () => {
  const mention = { mentionees: [{ index: 1, length: 8, isSelf: true }] };
  expect(read(event({ source: group, message: { ...text, text: "👋 @Henji hi", mention } }))).toMatchObject({
    content: textContent("\uFFFD hi"),
  });
  const long = "😀".repeat(6_000);
  for (const message of [
    { text: `a${long}` },
    { type: "sticker", keywords: [long, long] },
    { type: "location", title: long, address: long },
  ]) {
    const { content } = read(event({ message: { ...text, ...message } })) as Question;
    expect(textOf(content)).toHaveLength(10_000);
    expect(textOf(content).isWellFormed()).toBe(true);
  }
  expect(read(event({ message: { ...text, type: "file", fileName: "\uD83D" } }))).toMatchObject({
    content: [{ name: "\uFFFD" }],
  });
  expect(read(event({ message: { ...text, type: "\uD83D" } }))).toMatchObject({
    content: [{ type: "\uFFFD" }],
  });
  expect(kindOf({ message: { ...text, type: "x".repeat(101) } })).toBe("ignored");
});

test("an id that could not stand in a URL or in a key is none", () => {
  for (const id of ["../message/quota", "U 1", "", "é", "\uD83D", "x".repeat(101)]) {
    expect([id, kindOf({ source: { type: "user", userId: id } })]).toEqual([id, "ignored"]);
    expect([id, kindOf({ source: { ...group, groupId: id } })]).toEqual([id, "ignored"]);
    expect([id, kindOf({ message: { ...text, id } })]).toEqual([id, "ignored"]);
    expect([id, kindOf({ type: "unsend", unsend: { messageId: id } })]).toEqual([id, "ignored"]);
    expect(read(event({ source: { ...group, userId: id } }))).toMatchObject({ senderId: "C1#somebody" });
    expect(read(event({ message: { ...text, quotedMessageId: id } }))).toMatchObject({ quotes: undefined });
  }
});

test("a follow and a join are greetings", () => {
  expect(read(event({ type: "follow" }))).toMatchObject({ kind: "greeting", senderId: "U1" });
  expect(read(event({ type: "join", source: group }))).toMatchObject({ kind: "greeting" });
  expect(kindOf({ type: "follow", source: { type: "user" } })).toBe("ignored");
});

test("of buttons, only the bot's own are pressed", () => {
  const press = (data: unknown) => read(event({ type: "postback", postback: { data } }));
  expect(press("henji:go_on:1")).toMatchObject({ kind: "pressed", data: "go_on:1", senderId: "U1" });
  for (const data of ["buy", ""]) expect(press(data)).toMatchObject({ kind: "occurrence", data });
  for (const data of [7, undefined, "henji:\uD83D", `henji:${"x".repeat(295)}`])
    expect(press(data).kind).toBe("ignored");
});

test("an unsend, a block and leaving a group erase; nothing else does", () => {
  const unsend = { messageId: "7" };
  expect(read(event({ type: "unsend", unsend }))).toMatchObject({
    kind: "erasure",
    // LINE takes an unsend for a day.
    erase: { ...unsend, since: 1_800_000_000_000 - unsentWithinMs },
  });
  expect(read(event({ type: "unfollow" }))).toMatchObject({ kind: "erasure", erase: "chat" });
  expect(read(event({ type: "leave", source: group }))).toMatchObject({ kind: "erasure", erase: "chat" });
  for (const type of ["memberJoined", "memberLeft"])
    expect([type, kindOf({ type, unsend })]).toEqual([type, "occurrence"]);
  for (const type of ["somethingNew", "toString"])
    expect([type, kindOf({ type, unsend })]).toEqual([type, "ignored"]);
  expect(kindOf({ type: "message", unsend })).toBe("question");
  expect(kindOf({ type: "unsend" })).toBe("ignored");
  expect(kindOf({ type: "unsend", unsend: { messageId: 7 } })).toBe("ignored");
});

test.each([
  [user, { type: "user", id: "U1" }],
  [group, { type: "group", id: "C1" }],
  [room, { type: "room", id: "R1" }],
  [{ type: "user" }, { type: "user", id: "channel" }],
  [undefined, { type: "user", id: "channel" }],
])("the chat of %j is %j", (source, chat) => {
  expect(read(event({ source })).chat).toEqual(chat);
});

test("an event in standby mode is not a question, but still erases", () => {
  expect(kindOf({ mode: "standby" })).toBe("ignored");
  expect(kindOf({ mode: "active" })).toBe("question");
  expect(kindOf({})).toBe("question");
  expect(kindOf({ mode: "standby", type: "unfollow" })).toBe("erasure");
});

test.each([
  [{}, "message/text"],
  [{ source: undefined }, "message/text"],
  [{ source: group, message: { type: "sticker" } }, "message/sticker in a group"],
  [{ source: room, type: "join", message: undefined }, "join in a room"],
  [{ type: "follow", message: undefined, mode: "standby" }, "follow (standby)"],
])("an event with %j is logged as %s", (fields, type) => {
  expect(read(event(fields)).type).toBe(type);
});

test.each([
  undefined,
  null,
  "event",
  {},
  { type: "message", timestamp: 0 },
  { type: "message", webhookEventId: "E1" },
])("%j on the queue is not a LINE event, and is never retried", (raw) => {
  expect(() => read(raw)).toThrow(
    expect.objectContaining({
      code: "job.unreadable",
      retry: "never",
      message: "The queue message holds no LINE event",
    }),
  );
});
