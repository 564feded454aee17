import {
  chatIdOf,
  chatOf,
  detailedType,
  erasureOf,
  isStandby,
  type LineEvent,
  lineEvent,
  questionOf,
  webhookBody,
} from "@henji/core/platform/line/event";
import { describe, expect, test } from "vitest";

const user = { type: "user", userId: "U1" };
const group = { type: "group", groupId: "C1", userId: "U1" };
const room = { type: "room", roomId: "R1", userId: "U1" };
const text = { type: "text", id: "1", text: "Hi", quoteToken: "q" };

const event = (fields: object = {}): LineEvent =>
  lineEvent.parse({
    type: "message",
    webhookEventId: "E1",
    timestamp: 0,
    source: user,
    message: text,
    ...fields,
  });

const isEvent = (fields: object) =>
  lineEvent.safeParse({ type: "message", webhookEventId: "E1", timestamp: 0, ...fields }).success;

describe("an event", () => {
  test("has an id of at most 100 characters that is safe in a key, and a time of 13 digits at most", () => {
    for (const webhookEventId of ["01HZX", "a-b_C9", "x".repeat(100)])
      expect([webhookEventId, isEvent({ webhookEventId })]).toEqual([webhookEventId, true]);
    for (const webhookEventId of ["", "x".repeat(101), "a#b", "a b", "é", "#a", "a#", 5, null, undefined])
      expect([webhookEventId, isEvent({ webhookEventId })]).toEqual([webhookEventId, false]);
    for (const timestamp of [0, 9_999_999_999_999]) expect(isEvent({ timestamp })).toBe(true);
    for (const timestamp of [-1, 0.5, 10_000_000_000_000, "0", null])
      expect([timestamp, isEvent({ timestamp })]).toEqual([timestamp, false]);
    expect(isEvent({ type: 1 })).toBe(false);
  });

  test("keeps what nobody has heard of, and an odd source costs only the source", () => {
    expect(event({ brandNew: { deep: 1 } })).toMatchObject({ brandNew: { deep: 1 } });
    expect(event({ source: { ...user, brandNew: 1 } }).source).toEqual({ ...user, brandNew: 1 });
    expect(event({ source: "nobody" })).toMatchObject({ webhookEventId: "E1", source: undefined });
    expect(event({ source: { userId: "U1" } }).source).toBeUndefined();
  });

  test("may come in a body with anything else in it", () => {
    expect(webhookBody.parse({ events: [1], destination: "U0", brandNew: 1 })).toEqual({
      ...{ events: [1], destination: "U0", brandNew: 1 },
    });
    for (const body of [{}, { events: {} }, [], null, { events: [], destination: 1 }])
      expect(webhookBody.safeParse(body).success).toBe(false);
  });
});

describe("a question", () => {
  test("is a text in a 1:1 chat", () => {
    expect(questionOf(event())).toEqual({ userId: "U1", messageId: "1", text: "Hi" });
    const { quoteToken, ...plain } = text;
    expect(questionOf(event({ message: plain }))).toEqual({ userId: "U1", messageId: "1", text: "Hi" });
  });

  test.each([
    ["of another type", { type: "postback" }],
    ["in a group", { source: group }],
    ["in a room", { source: room }],
    ["of nobody", { source: { type: "user" } }],
    ["without words", { message: { ...text, text: "" } }],
    ["without an id", { message: { type: "text", text: "Hi" } }],
    ["that is a sticker", { message: { type: "sticker", id: "1" } }],
    ["that is missing", { message: undefined }],
  ])("is no event %s", (_, fields) => {
    expect(questionOf(event(fields))).toBeUndefined();
  });
});

test("an unsent message, a block and a group that was left ask for something to be erased; nothing else does", () => {
  expect(erasureOf(event({ type: "unsend", unsend: { messageId: "7" } }))).toEqual({
    kind: "message",
    messageId: "7",
  });
  expect(erasureOf(event({ type: "unfollow" }))).toEqual({ kind: "chat" });
  expect(erasureOf(event({ type: "leave", source: group }))).toEqual({ kind: "chat" });
  for (const type of ["follow", "join", "memberLeft", "message", "somethingNew"])
    expect(erasureOf(event({ type, unsend: { messageId: "7" } }))).toBeUndefined();
  expect(erasureOf(event({ type: "unsend" }))).toBeUndefined();
  expect(erasureOf(event({ type: "unsend", unsend: { messageId: 7 } }))).toBeUndefined();
});

test.each([
  [user, { type: "user", id: "U1" }],
  [group, { type: "group", id: "C1" }],
  [room, { type: "room", id: "R1" }],
  [{ type: "user" }, { type: "user", id: "channel" }],
  [undefined, { type: "user", id: "channel" }],
])("the chat of %j is %j", (source, chat) => {
  expect(chatOf(event({ source }))).toEqual(chat);
  expect(chatIdOf(event({ source }))).toBe(chat.id);
});

test("an event is of another module's chat only if it says so", () => {
  expect(isStandby(event({ mode: "standby" }))).toBe(true);
  expect(isStandby(event({ mode: "active" }))).toBe(false);
  expect(isStandby(event())).toBe(false);
});

test.each([
  [{}, "message/text"],
  [{ source: undefined }, "message/text"],
  [{ source: group, message: { type: "sticker" } }, "message/sticker in a group"],
  [{ source: room, type: "join", message: undefined }, "join in a room"],
  [{ type: "follow", message: undefined, mode: "standby" }, "follow (standby)"],
])("an event with %j is logged as %s", (fields, type) => {
  expect(detailedType(event(fields))).toBe(type);
});
