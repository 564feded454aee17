import type { MessageEvent } from "@henji/line-simulator";
import { expect, test } from "vitest";
import { MAX_MEDIA_BYTES } from "../src/studio-limits.ts";
import { useStudio } from "./page.ts";

const studio = useStudio();

const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);
const image = { type: "image", contentType: "image/png", base64: png.toString("base64") };
const location = { type: "location", latitude: 35.1709, longitude: 136.8815 };

/** What LINE tells the bot of what this request does. */
async function eventOf(request: () => Promise<Response>): Promise<MessageEvent> {
  const events: MessageEvent[] = [];
  const unsubscribe = studio.line.subscribe((change) => {
    if (change.type === "event") events.push(change.event as MessageEvent);
  });
  expect((await request()).status).toBe(202);
  unsubscribe();
  expect(events).toHaveLength(1);
  return events[0]!;
}

const idsOf = () => studio.line.users().map(({ userId }) => userId) as [string, string];

test.each([
  {
    content: { type: "sticker", packageId: "446", stickerId: "1988", keywords: ["happy"] },
    message: { type: "sticker", stickerResourceType: "STATIC", keywords: ["happy"] },
    shown: { type: "sticker", packageId: "446", stickerId: "1988", keywords: ["happy"] },
  },
  {
    content: { ...location, title: "Nagoya Station", address: "" },
    message: { ...location, title: "Nagoya Station" },
    shown: { ...location, title: "Nagoya Station" },
  },
  {
    content: { type: "audio", contentType: "audio/x-m4a", base64: "AAAA", durationMs: 1_500 },
    message: { type: "audio", duration: 1_500, contentProvider: { type: "line" } },
    shown: { type: "audio", durationMs: 1_500, isHere: true },
  },
  {
    content: { type: "video", contentType: "video/mp4", base64: "AAAA", durationMs: 900 },
    message: { type: "video", duration: 900, contentProvider: { type: "line" } },
    shown: { type: "video", durationMs: 900, isHere: true },
  },
  {
    content: { type: "file", fileName: "計画.pdf", base64: "AAAA" },
    message: { type: "file", fileName: "計画.pdf", fileSize: 3 },
    shown: { type: "file", fileName: "計画.pdf", fileSize: 3 },
  },
  {
    content: image,
    message: { type: "image", contentProvider: { type: "line" } },
    shown: { type: "image", isHere: true },
  },
])("a user sends $content.type as LINE does", async ({ content, message, shown }) => {
  const page = await studio.open();
  const [aki] = idsOf();
  const event = await eventOf(() => studio.send(aki, content));
  expect(event).toMatchObject({ type: "message", source: { type: "user", userId: aki }, message });
  expect(event).not.toHaveProperty("message.address");
  expect(await page.message(({ by }) => by === "user")).toMatchObject({ chatId: aki, content: shown });
});

test("the bot and the page get the bytes of a picture, until it is unsent", async () => {
  const [aki] = idsOf();
  const event = await eventOf(() => studio.send(aki, image));
  const { id } = event.message;
  const ofBot = () =>
    studio.line.fetch(
      new Request(`https://api-data.line.me/v2/bot/message/${id}/content`, {
        headers: { authorization: "Bearer token" },
      }),
    );
  expect(Buffer.from(await (await ofBot()).arrayBuffer())).toEqual(png);
  const shown = await fetch(`${studio.url}/api/content/${id}`);
  expect(shown.headers.get("content-type")).toBe("image/png");
  expect(Buffer.from(await shown.arrayBuffer())).toEqual(png);

  expect((await studio.post("/api/unsend", { from: aki, chatId: aki, messageId: id })).status).toBe(202);
  expect((await fetch(`${studio.url}/api/content/${id}`)).status).toBe(404);
  expect((await ofBot()).status).toBe(410);
});

test("a file that a user sent is never shown as a page of Studio's", async () => {
  const [aki] = idsOf();
  const html = Buffer.from("<script>alert(1)</script>").toString("base64");
  const { message } = await eventOf(() =>
    studio.send(aki, { type: "file", fileName: "a.html", base64: html }),
  );
  const { headers } = await fetch(`${studio.url}/api/content/${message.id}`);
  expect(headers.get("content-type")).toBe("application/octet-stream");
  expect(headers.get("content-disposition")).toBe("attachment");
});

test.each(["text/html", "image/svg+xml", "application/xhtml+xml"])(
  "nor is what a bot's tests have sent as %s",
  async (contentType) => {
    const [from] = idsOf();
    const bytes = Buffer.from("<script xmlns='http://www.w3.org/2000/svg'>alert(1)</script>");
    const { message } = studio.line.media({ from, type: "image", contentType, bytes });
    const { headers } = await fetch(`${studio.url}/api/content/${message.id}`);
    expect(headers.get("content-type")).toBe("application/octet-stream");
    expect(headers.get("content-disposition")).toBe("attachment");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  },
);

test("a message quotes another one of its chat", async () => {
  const page = await studio.open();
  const [aki, ben] = idsOf();
  const { message: first } = await eventOf(() => studio.say(aki, "Where?"));
  const quotedMessageId = first.id;
  const text = { type: "text", text: "This one", quotedMessageId };
  expect((await eventOf(() => studio.send(aki, text))).message).toMatchObject({ quotedMessageId });
  const sticker = { type: "sticker", packageId: "446", stickerId: "1988", keywords: [], quotedMessageId };
  expect((await eventOf(() => studio.send(aki, sticker))).message).toMatchObject({ quotedMessageId });
  expect(await page.message(({ quotes }) => quotes !== undefined)).toMatchObject({ quotes: quotedMessageId });
  expect((await studio.send(ben, text)).status).toBe(409);
});

test("a postback is sent as by a button, and is a line in the chat", async () => {
  const page = await studio.open();
  const [aki] = idsOf();
  const event = await eventOf(() =>
    studio.send(aki, { type: "postback", data: "page=2", displayText: "More" }),
  );
  expect(event).toMatchObject({
    type: "postback",
    postback: { data: "page=2" },
    replyToken: expect.any(String),
  });
  const content = { type: "happening", what: "postback", who: [aki], data: "page=2", says: "More" };
  expect(await page.message(({ by }) => by === "line")).toMatchObject({ chatId: aki, content });
});

test("what LINE's app could not send is refused", async () => {
  const [userId] = idsOf();
  const big = Buffer.alloc(MAX_MEDIA_BYTES + 3).toString("base64");
  for (const content of [
    undefined,
    { type: "text", text: " \n" },
    { type: "text", text: "x".repeat(5_001) },
    { type: "text", text: 1 },
    { type: "text", text: "Hello", mentionees: [{ index: 0, length: 5, userId }] },
    { type: "text", text: "@Ben", mentionees: [{ index: 0, length: 5, userId }] },
    { type: "image", contentType: "image/svg+xml", base64: "AAAA" },
    { type: "image", contentType: "image/png", base64: "no base64!" },
    { type: "image", contentType: "image/png", base64: big },
    { ...location, latitude: 91 },
    { type: "sticker", packageId: "../x", stickerId: "1", keywords: [] },
    { type: "beacon" },
  ]) {
    expect((await studio.send(userId, content as object)).status).toBe(400);
  }
  expect((await studio.say("U0", "Hello")).status).toBe(404);
  expect((await studio.say(userId, "Hello", "C0")).status).toBe(404);
  expect((await studio.post("/api/unsend", { from: userId, chatId: userId, messageId: 1 })).status).toBe(400);
  const body = { from: userId, chatId: userId, content: { type: "text", text: "Hello" } };
  expect((await studio.post("/api/send", body, { "content-type": "text/plain" })).status).toBe(400);
  expect((await studio.send(userId, { type: "text", text: "x".repeat(11_000_000) })).status).toBe(413);
  expect(studio.line.timeline(userId)).toEqual([]);
});
