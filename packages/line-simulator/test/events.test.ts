import { expect, test } from "vitest";
import { START, setUp } from "./support.ts";

test("a text message has everything LINE sends", () => {
  const { line, taro } = setUp();
  const event = line.say({ from: taro, text: "Hello" });
  expect(event).toEqual({
    type: "message",
    webhookEventId: expect.stringMatching(/^[0-9A-HJKMNP-TV-Z]{26}$/),
    timestamp: START,
    mode: "active",
    deliveryContext: { isRedelivery: false },
    source: { type: "user", userId: taro },
    replyToken: expect.stringMatching(/^[0-9a-f]{32}$/),
    message: {
      type: "text",
      id: expect.stringMatching(/^\d{18}$/),
      text: "Hello",
      quoteToken: expect.any(String),
      markAsReadToken: expect.any(String),
    },
  });
  expect(line.timeline(taro)).toMatchObject([
    { by: "user", from: taro, read: false, message: event.message },
  ]);
});

test("times are whole milliseconds, whatever the clock gives", () => {
  const { line, taro } = setUp({ clock: () => START + 0.5 });
  expect(line.say({ from: taro, text: "x" }).timestamp).toBe(START);
});

test("in groups and rooms the source has the chat, and the user if the client sends it", () => {
  const { line, taro } = setUp();
  const group = line.addGroup({ name: "G", members: [taro] }).chatId;
  const room = line.addRoom({ members: [taro] }).chatId;
  expect(line.say({ from: taro, in: group, text: "x" }).source).toEqual({
    type: "group",
    groupId: group,
    userId: taro,
  });
  expect(line.say({ from: taro, in: room, text: "x", anonymous: true }).source).toEqual({
    type: "room",
    roomId: room,
  });
  expect(line.join({ in: group }).source).toEqual({ type: "group", groupId: group });
});

test("only events that can be answered have a reply token, and not in standby", () => {
  const { line, taro } = setUp();
  const { chatId } = line.addGroup({ name: "G", members: [taro] });
  const answerable = [
    line.follow({ from: taro }),
    line.join({ in: chatId }),
    line.postback({ from: taro, data: "a=1" }),
    line.event({ type: "memberJoined", in: chatId, fields: { joined: { members: [] } } }),
  ];
  const not = [
    line.say({ from: taro, text: "x", mode: "standby" }),
    line.unfollow({ from: taro }),
    line.leave({ in: chatId }),
    line.event({ type: "invented-next-year", in: taro, fields: { anything: true } }),
    line.event({ type: "accountLink", fields: { link: { result: "failed", nonce: "n" } } }),
  ];
  expect(answerable.map((event) => typeof event.replyToken)).toEqual(answerable.map(() => "string"));
  expect(not.map((event) => event.replyToken)).toEqual(not.map(() => undefined));
  expect(not.at(-1)?.source).toBeUndefined();
});

test("mentions, quotes and stickers go through as given", () => {
  const { line, taro } = setUp();
  const mention = { mentionees: [{ index: 0, length: 4, type: "user" as const, isSelf: true }] };
  const first = line.say({ from: taro, text: "@Bot hi", mention });
  expect(first.message).toMatchObject({ mention });
  const second = line.say({ from: taro, text: "?", quotedMessageId: first.message.id });
  expect(second.message.quotedMessageId).toBe(first.message.id);
  expect(line.sticker({ from: taro, keywords: ["happy"] }).message).toMatchObject({
    type: "sticker",
    keywords: ["happy"],
  });
});

test("a user who does not exist, has blocked the bot or is no member cannot write", () => {
  const { line, taro } = setUp();
  expect(() => line.say({ from: "U0", text: "x" })).toThrow("No user U0");
  line.unfollow({ from: taro });
  expect(() => line.say({ from: taro, text: "x" })).toThrow("blocked");
  const { chatId } = line.addGroup({ name: "G", members: [] });
  expect(() => line.say({ from: taro, in: chatId, text: "x" })).toThrow("not a member");
});

test("an unsend or a postback in a group names the member", () => {
  const { line, taro } = setUp();
  const { chatId } = line.addGroup({ name: "G", members: [taro] });
  const { message } = line.say({ from: taro, in: chatId, text: "oops" });
  const source = { type: "group", groupId: chatId, userId: taro };
  expect(line.unsend({ messageId: message.id }).source).toEqual(source);
  expect(line.postback({ from: taro, in: chatId, data: "x" }).source).toEqual(source);
});

test("members come and go, and the bot is told who", () => {
  const { line, taro } = setUp();
  const hanako = line.addUser({ name: "Hanako" }).userId;
  const { chatId } = line.addGroup({ name: "G", members: [taro] });
  expect(line.memberJoin({ in: chatId, userId: hanako })).toMatchObject({
    type: "memberJoined",
    replyToken: expect.any(String),
    joined: { members: [{ type: "user", userId: hanako }] },
  });
  expect(() => line.memberJoin({ in: chatId, userId: hanako })).toThrow("is a member");
  expect(line.memberLeave({ in: chatId, userId: taro })).toMatchObject({
    type: "memberLeft",
    left: { members: [{ type: "user", userId: taro }] },
  });
  expect(() => line.memberLeave({ in: chatId, userId: taro })).toThrow("is not a member");
  expect(line.groups()[0]?.members).toEqual([hanako]);
});

test("what happens in a chat besides messages is kept, also in a snapshot", () => {
  const { line, taro } = setUp();
  const { chatId } = line.addGroup({ name: "G", members: [taro] });
  line.join({ in: chatId });
  const { message } = line.say({ from: taro, in: chatId, text: "x" });
  line.unsend({ messageId: message.id });
  line.postback({ from: taro, in: chatId, data: "a=1" });
  line.leave({ in: chatId });
  line.follow({ from: taro });
  expect(line.happenings(chatId).map(({ type }) => type)).toEqual(["join", "postback", "leave"]);
  const restored = setUp({ snapshot: line.snapshot() }).line;
  expect(restored.happenings(chatId)).toEqual(line.happenings(chatId));
  expect(restored.happenings(taro)).toMatchObject([{ type: "follow" }]);
});

test("the bytes of what a user sent can be read until the message is unsent", () => {
  const { line, taro } = setUp();
  const { message } = line.media({
    ...{ from: taro, type: "image", bytes: Buffer.from("png"), contentType: "image/png" },
  });
  expect(line.content(message.id)).toEqual({
    contentType: "image/png",
    bytes: new Uint8Array(Buffer.from("png")),
  });
  line.unsend({ messageId: message.id });
  expect(line.content(message.id)).toBeUndefined();
});
