import { chatIdOf, type LineEvent, lineEvent } from "@henji/core/platform/line/event";
import { expect, test } from "vitest";

const user = { type: "user", userId: "U1" };

const event = (fields: object): LineEvent =>
  lineEvent.parse({ type: "message", webhookEventId: "E1", timestamp: 0, source: user, ...fields });

const isEvent = (fields: object) =>
  lineEvent.safeParse({ type: "message", webhookEventId: "E1", timestamp: 0, ...fields }).success;

test("an event must have an id of at most 100 characters that are safe in a key, and a time of at most 13 digits", () => {
  for (const webhookEventId of ["01HZX", "a-b_C9", "x".repeat(100)])
    expect([webhookEventId, isEvent({ webhookEventId })]).toEqual([webhookEventId, true]);
  for (const webhookEventId of ["", "x".repeat(101), "a#b", "a b", "é", "#a", "a#", 5, null, undefined])
    expect([webhookEventId, isEvent({ webhookEventId })]).toEqual([webhookEventId, false]);
  for (const timestamp of [0, 9_999_999_999_999]) expect(isEvent({ timestamp })).toBe(true);
  for (const timestamp of [-1, 0.5, 10_000_000_000_000, "0", null])
    expect([timestamp, isEvent({ timestamp })]).toEqual([timestamp, false]);
  for (const type of [1, "x".repeat(101)]) expect(isEvent({ type })).toBe(false);
  expect(isEvent({ type: "x".repeat(100) })).toBe(true);
});

test("an event keeps unknown fields, and an invalid source is dropped", () => {
  expect(event({ brandNew: { deep: 1 } })).toMatchObject({ brandNew: { deep: 1 } });
  expect(event({ source: { ...user, brandNew: 1 } }).source).toEqual({ ...user, brandNew: 1 });
  expect(event({ source: "nobody" })).toMatchObject({ webhookEventId: "E1", source: undefined });
  expect(event({ source: { userId: "U1" } }).source).toBeUndefined();
  expect(event({ source: { ...user, type: "x".repeat(101) } }).source).toBeUndefined();
});

test.each([
  [user, "U1"],
  [{ type: "group", groupId: "C1", userId: "U1" }, "C1"],
  [{ type: "room", roomId: "R1", userId: "U1" }, "R1"],
  [{ type: "user" }, "channel"],
  [undefined, "channel"],
])("the chat of %j has the id %s", (source, id) => {
  expect(chatIdOf(event({ source }))).toBe(id);
});
