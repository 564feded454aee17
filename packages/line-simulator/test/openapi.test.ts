import { mistakesInWebhook } from "@henji/line-openapi";
import { expect, test } from "vitest";
import { setUp } from "./support.ts";

test("the webhooks it sends are as LINE's schema describes them", async () => {
  const { line, taro, received } = setUp();
  const hanako = line.addUser({ name: "Hanako" }).userId;
  const { chatId } = line.addGroup({ name: "G", members: [taro] });
  const room = line.addRoom({ members: [taro] }).chatId;
  const mention = { mentionees: [{ index: 0, length: 4, type: "user" as const, isSelf: true }] };
  const first = line.say({ from: taro, in: chatId, text: "@Bot hi", mention });
  const content = { bytes: new Uint8Array([1]), contentType: "application/octet-stream" };
  const media = (["image", "video", "audio"] as const).map((type) =>
    line.media({ from: taro, type, ...content }),
  );
  const events = [
    first,
    ...media,
    line.media({ from: taro, type: "file", ...content, fileName: "a.pdf" }),
    line.say({ from: taro, in: chatId, text: "?", quotedMessageId: first.message.id }),
    line.say({ from: taro, in: room, text: "x", anonymous: true }),
    line.sticker({ from: taro, keywords: ["happy"] }),
    line.unsend({ messageId: first.message.id }),
    line.join({ in: chatId }),
    line.memberJoin({ in: chatId, userId: hanako }),
    line.memberLeave({ in: chatId, userId: hanako }),
    line.postback({ from: taro, data: "a=1", params: { date: "2026-04-01" } }),
    line.leave({ in: chatId }),
    line.unfollow({ from: taro }),
    line.follow({ from: taro }),
  ];
  await line.deliver(events);
  const bodies = await Promise.all(
    received.map((request) => request.json() as Promise<{ events: unknown[] }>),
  );
  expect(bodies.flatMap((body) => body.events)).toHaveLength(events.length);
  expect(bodies.flatMap(mistakesInWebhook)).toEqual([]);
});
