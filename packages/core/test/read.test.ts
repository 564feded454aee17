import { textContent } from "@henji/core/platform/content";
import { read } from "@henji/core/platform/line/read";
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
    ["in a group", { source: group }],
    ["in a room", { source: room }],
    ["without a user", { source: { type: "user" } }],
    ["without words", { message: { ...text, text: "" } }],
    ["without an id", { message: { type: "text", text: "Hi" } }],
    ["that is a sticker", { message: { type: "sticker", id: "1" } }],
    ["that is missing", { message: undefined }],
  ])("is not an event %s", (_, fields) => {
    expect(kindOf(fields)).toBe("ignored");
  });
});

test("an unsend, a block and leaving a group erase; nothing else does", () => {
  const unsend = { messageId: "7" };
  expect(read(event({ type: "unsend", unsend }))).toMatchObject({ kind: "erasure", erase: unsend });
  expect(read(event({ type: "unfollow" }))).toMatchObject({ kind: "erasure", erase: "chat" });
  expect(read(event({ type: "leave", source: group }))).toMatchObject({ kind: "erasure", erase: "chat" });
  for (const type of ["follow", "join", "memberLeft", "somethingNew"])
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
