import { idempotencyKeyOf } from "@henji/core/platform/idempotency-key";
import { expect, test } from "vitest";
import { useStudio } from "./page.ts";

const studio = useStudio();

test("on a first run there are two users to chat as", async () => {
  const { view } = await studio.open();
  expect(view.chats.map(({ name }) => name)).toEqual(["Aki", "Ben"]);
});

test("a page that connects later sees the same as one that was there", async () => {
  const [aki] = studio.line.users();
  const event = studio.line.say({ from: aki!.userId, text: "Hello" });
  studio.log.info("event.queued", { eventId: event.webhookEventId, chat: "aki" });
  const { view } = await studio.open();
  expect(view.messages).toMatchObject([{ eventId: event.webhookEventId, handover: { state: "sending" } }]);
  expect(view.traces[0]?.steps).toMatchObject([{ name: "received" }, { name: "queued" }]);
});

test("each step of a trace reaches the page as it happens", async () => {
  const { changes } = await studio.open();
  studio.log.info("turn.delivered", { eventId: "E1", chat: "aki", by: "push" });
  expect((await changes.next()).value).toMatchObject({
    type: "trace",
    trace: { eventId: "E1", steps: [{ name: "delivered", by: "push" }] },
  });
});

test("a push is shown with the message that it answers", async () => {
  const [aki] = studio.line.users();
  const event = studio.line.say({ from: aki!.userId, text: "Hello" });
  await studio.line.fetch(
    new Request("https://api.line.me/v2/bot/message/push", {
      method: "POST",
      headers: {
        authorization: "Bearer token",
        "content-type": "application/json",
        "x-line-retry-key": idempotencyKeyOf(event.webhookEventId),
      },
      body: JSON.stringify({ to: aki!.userId, messages: [{ type: "text", text: "Hi" }] }),
    }),
  );
  const { view } = await studio.open();
  expect(view.messages[1]).toMatchObject({ by: "bot", via: "push", eventId: event.webhookEventId });
});

test("a message that this page does not draw is shown by its altText", async () => {
  const [aki] = studio.line.users();
  const { replyToken } = studio.line.say({ from: aki!.userId, text: "hours" });
  const contents = { type: "bubble", body: { type: "box", layout: "vertical", contents: [] } };
  await studio.line.fetch(
    new Request("https://api.line.me/v2/bot/message/reply", {
      method: "POST",
      headers: { authorization: "Bearer token", "content-type": "application/json" },
      body: JSON.stringify({ replyToken, messages: [{ type: "flex", altText: "9 to 17", contents }] }),
    }),
  );
  const { view } = await studio.open();
  expect(view.messages[1]?.content).toEqual({ type: "other", of: "flex", text: "9 to 17" });
});

test("the buttons of an answer that send something reach the page, and no others", async () => {
  const [aki] = studio.line.users();
  const { replyToken } = studio.line.say({ from: aki!.userId, text: "help" });
  const button = { type: "message", label: "Memory", text: "/memory" };
  const more = { type: "postback", label: "More", data: "page=2", displayText: "More, please" };
  const items = [button, { type: "location", label: "Where" }, more].map((action) => ({
    type: "action",
    action,
  }));
  await studio.line.fetch(
    new Request("https://api.line.me/v2/bot/message/reply", {
      method: "POST",
      headers: { authorization: "Bearer token", "content-type": "application/json" },
      body: JSON.stringify({ replyToken, messages: [{ type: "text", text: "Help", quickReply: { items } }] }),
    }),
  );
  const { view } = await studio.open();
  expect(view.messages[1]).toMatchObject({
    quickReplies: [
      { label: "Memory", sends: { type: "text", text: "/memory" } },
      { label: "More", sends: { type: "postback", data: "page=2", displayText: "More, please" } },
    ],
  });
});
