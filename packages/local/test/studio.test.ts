import { request } from "node:http";
import { chatHash, createLog } from "@henji/core/log";
import { retryKeyOf } from "@henji/core/platform/line/retry-key";
import { createLineSimulator, type LineSimulator } from "@henji/line-simulator";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Studio, startStudio } from "../src/studio.ts";
import type { ChatMemory, Message, View, ViewChange } from "../src/studio-view.ts";

let line: LineSimulator;
let studio: Studio;
/** What the webhook answers next; 200 when there is nothing left. */
let statuses: number[] = [];
const info = { model: "stand-in", standIn: true, urls: {}, botConfig: "bot.config.ts" };
const memory: ChatMemory = {
  window: {
    ...{ turns: 2, tokens: 90, leftOut: 0 },
    ...{ lowWaterTokens: 2_000, highWaterTokens: 6_000, maxTokens: 9_000 },
  },
  notes: { text: "お茶が好き。", tokens: 5, maxTokens: 400 },
  today: {
    timeZone: "Asia/Tokyo",
    ...{ answers: 2, inputTokens: 900, cachedTokens: 640, outputTokens: 80 },
    ...{ replies: 2, pushes: 0, dollars: 0.0001 },
  },
};
const remember = async () => memory;
const log = createLog({ write: () => {} });

beforeEach(async () => {
  statuses = [];
  line = createLineSimulator({
    channelSecret: "secret",
    channelAccessToken: "token",
    webhookUrl: "http://bot.test/",
    wait: (_ms, signal) =>
      // Time-outs never pass; redeliveries come at once.
      signal ? new Promise((_, reject) => signal.addEventListener("abort", reject)) : Promise.resolve(),
    fetch: async () => new Response(null, { status: statuses.shift() ?? 200 }),
  });
  studio = await startStudio({ line, memory: remember, port: 0, info });
});
afterEach(() => studio.close());
afterEach(() => void vi.restoreAllMocks());

const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${studio.url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });

/** fetch sets Host itself. */
function statusOf(path: string, headers: Record<string, string>): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  request(`${studio.url}${path}`, { headers }, (response) => {
    response.destroy();
    resolve(response.statusCode);
  })
    .on("error", reject)
    .end();
  return promise;
}

/** Follows the page's stream: the view, then each change. */
async function* events(): AsyncGenerator<View | ViewChange> {
  const response = await fetch(`${studio.url}/api/events`);
  let text = "";
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) {
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (data) yield JSON.parse(data);
    }
  }
}

async function follow() {
  const stream = events();
  const view = (await stream.next()).value as View;
  const messages = async (is: (message: Message) => boolean): Promise<Message> => {
    for (;;) {
      const { value, done } = await stream.next();
      if (done) throw new Error("the stream ended");
      if ("type" in value && value.type === "message" && is(value.message)) return value.message;
    }
  };
  return { view, messages, stream };
}

test("on a first run there are two users to chat as", async () => {
  const { view } = await follow();
  expect(view.chats.map(({ name }) => name)).toEqual(["Aki", "Ben"]);
});

test("what is said goes to the bot as a signed webhook, and is read once the bot has taken it", async () => {
  const page = await follow();
  const [aki] = page.view.chats;
  const response = await post("/api/say", { userId: aki!.id, text: "こんにちは 🍁" });
  expect(response.status).toBe(202);
  const message = await page.messages((one) => one.by === "user" && one.handover.state === "read");
  expect(message).toMatchObject({ chatId: aki!.id, content: { type: "text", text: "こんにちは 🍁" } });
});

test("a webhook that failed shows its status until LINE's redelivery arrives", async () => {
  statuses = [503];
  const page = await follow();
  await post("/api/say", { userId: page.view.chats[0]!.id, text: "Hello" });
  const handovers: unknown[] = [];
  await page.messages((one) => one.by === "user" && handovers.push(one.handover) === 3);
  expect(handovers).toEqual([{ state: "sending" }, { state: "refused", status: 503 }, { state: "read" }]);
});

test("a page that connects later sees the same as one that was there", async () => {
  const [aki] = line.users();
  const event = line.say({ from: aki!.userId, text: "Hello" });
  log.info("event.queued", { eventId: event.webhookEventId, chat: "aki" });
  const { view } = await follow();
  expect(view.messages).toMatchObject([{ eventId: event.webhookEventId, handover: { state: "sending" } }]);
  expect(view.traces[0]?.steps).toMatchObject([{ name: "received" }, { name: "queued" }]);
});

test("each step of a trace reaches the page as it happens", async () => {
  const { stream } = await follow();
  log.info("turn.delivered", { eventId: "E1", chat: "aki", by: "push" });
  expect((await stream.next()).value).toMatchObject({
    type: "trace",
    trace: { eventId: "E1", steps: [{ name: "delivered", by: "push" }] },
  });
});

test("a push is shown with the message that it answers", async () => {
  const [aki] = line.users();
  const event = line.say({ from: aki!.userId, text: "Hello" });
  await line.fetch(
    new Request("https://api.line.me/v2/bot/message/push", {
      method: "POST",
      headers: {
        authorization: "Bearer token",
        "content-type": "application/json",
        "x-line-retry-key": retryKeyOf(event.webhookEventId),
      },
      body: JSON.stringify({ to: aki!.userId, messages: [{ type: "text", text: "Hi" }] }),
    }),
  );
  const { view } = await follow();
  expect(view.messages[1]).toMatchObject({ by: "bot", via: "push", eventId: event.webhookEventId });
});

test("the buttons under an answer reach the page, and what LINE has besides is passed over", async () => {
  const [aki] = line.users();
  const { replyToken } = line.say({ from: aki!.userId, text: "help" });
  const button = { type: "message", label: "Memory", text: "/memory" };
  const items = [button, { type: "location", label: "Where" }].map((action) => ({ type: "action", action }));
  await line.fetch(
    new Request("https://api.line.me/v2/bot/message/reply", {
      method: "POST",
      headers: { authorization: "Bearer token", "content-type": "application/json" },
      body: JSON.stringify({ replyToken, messages: [{ type: "text", text: "Help", quickReply: { items } }] }),
    }),
  );
  const { view } = await follow();
  expect(view.messages[1]).toMatchObject({ quickReplies: [{ label: "Memory", text: "/memory" }] });
});

test("a message is unsent once, and its trace has the name of its chat", async () => {
  const page = await follow();
  const [aki, ben] = page.view.chats;
  const { message } = line.say({ from: aki!.id, text: "Oops" });
  expect((await post("/api/unsend", { userId: ben!.id, messageId: message.id })).status).toBe(409);
  expect((await post("/api/unsend", { userId: aki!.id, messageId: message.id })).status).toBe(202);
  expect((await post("/api/unsend", { userId: aki!.id, messageId: message.id })).status).toBe(409);
  expect(await page.messages((one) => one.by === "user" && one.unsent)).toMatchObject({ id: message.id });

  log.info("message.erased", { eventId: "E1", chat: chatHash(aki!.id), turns: 1 });
  const { view } = await follow();
  expect(view.traces.at(-1)).toMatchObject({ chat: aki!.hash, steps: [{ name: "erased" }] });
});

test("a user who blocks the bot cannot write to it until it is unblocked", async () => {
  const { view, stream } = await follow();
  const userId = view.chats[0]!.id;
  const { message } = line.say({ from: userId, text: "Hello" });
  expect((await post("/api/block", { userId, blocked: true })).status).toBe(202);
  expect((await post("/api/block", { userId, blocked: true })).status).toBe(409);
  for await (const change of stream) {
    if ("type" in change && change.type === "chat" && change.chat.blocked) break;
  }
  expect((await post("/api/say", { userId, text: "Hello?" })).status).toBe(409);
  expect((await post("/api/unsend", { userId, messageId: message.id })).status).toBe(409);
  expect((await post("/api/block", { userId, blocked: false })).status).toBe(202);
  expect((await post("/api/say", { userId, text: "Hello again" })).status).toBe(202);
});

test("the memory of a chat is there for the page, and for nobody else", async () => {
  const [aki] = line.users();
  const path = `/api/memory?userId=${aki!.userId}`;
  expect(await (await fetch(`${studio.url}${path}`)).json()).toEqual(memory);
  expect(await statusOf("/api/memory?userId=U0", {})).toBe(404);
  expect(await statusOf("/api/memory", {})).toBe(404);
  expect(await statusOf(path, { "sec-fetch-site": "cross-site" })).toBe(403);
});

test("a user can be added while the page is open", async () => {
  const page = await follow();
  const response = await post("/api/users", { name: "花子" });
  expect(response.status).toBe(201);
  expect(line.users().map(({ displayName }) => displayName)).toEqual(["Aki", "Ben", "花子"]);
  expect((await page.stream.next()).value).toMatchObject({ type: "chat", chat: { name: "花子" } });
});

test("what is not a message or a name is refused", async () => {
  const [aki] = line.users();
  const userId = aki!.userId;
  for (const body of [
    {},
    { userId, text: " \n" },
    { userId, text: "x".repeat(5_001) },
    { userId, text: 1 },
  ]) {
    expect((await post("/api/say", body)).status).toBe(400);
  }
  expect((await post("/api/say", { userId: "U0", text: "Hello" })).status).toBe(404);
  expect((await post("/api/unsend", { userId, messageId: 1 })).status).toBe(400);
  expect((await post("/api/block", { userId, blocked: "yes" })).status).toBe(400);
  expect((await post("/api/other", {})).status).toBe(404);
  expect((await post("/api/users", { name: " " })).status).toBe(400);
  expect((await post("/api/users", { name: "x".repeat(70_000) })).status).toBe(413);
  expect((await post("/api/say", { userId, text: "Hello" }, { "content-type": "text/plain" })).status).toBe(
    400,
  );
  expect(line.timeline(userId)).toEqual([]);
});

test("other web pages can neither read the chats nor write in them", async () => {
  const [aki] = line.users();
  const body = { userId: aki!.userId, text: "Hello" };
  expect((await post("/api/say", body, { origin: "https://evil.example" })).status).toBe(403);
  expect((await post("/api/say", body, { origin: "http://localhost:1" })).status).toBe(403);
  expect((await post("/api/say", body, { origin: studio.url })).status).toBe(202);
  // A name of the attacker's own that points to 127.0.0.1.
  expect(await statusOf("/api/events", { host: "evil.example" })).toBe(403);
  expect(await statusOf("/", { host: "evil.example" })).toBe(403);
  expect(await statusOf("/api/events", { "sec-fetch-site": "cross-site" })).toBe(403);
  expect(await statusOf("/api/events", { "sec-fetch-site": "same-origin" })).toBe(200);
});

test("the page is served, and no other file of this repository", async () => {
  const page = await fetch(studio.url);
  expect(page.status).toBe(200);
  expect(page.headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
  expect(await page.text()).toContain("/src/main.tsx");
  const script = await fetch(`${studio.url}/src/main.tsx`);
  expect(script.headers.get("content-type")).toContain("javascript");
  // Vite says on the console what it refuses.
  vi.spyOn(console, "error").mockImplementation(() => {});
  const root = new URL("../../../", import.meta.url).pathname;
  for (const file of ["package.json", "bot.config.ts", "packages/local/src/studio.ts"]) {
    expect((await fetch(`${studio.url}/@fs${root}${file}`)).ok).toBe(false);
    expect((await fetch(`${studio.url}/@fs${root}${file}?raw`)).ok).toBe(false);
  }
});

test("it stops at once while a page is open", async () => {
  const other = await startStudio({ line, memory: remember, port: 0, info });
  // The socket over which Vite reloads the page; a server alone would wait for its end.
  const socket = new WebSocket(other.url.replace("http", "ws"), "vite-hmr");
  const ended = new Promise((resolve) => socket.addEventListener("close", resolve));
  await new Promise((resolve) => socket.addEventListener("open", resolve));
  await fetch(`${other.url}/api/events`);
  await other.close();
  await ended;
});
