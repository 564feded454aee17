import { createSlackSimulator, type SlackSimulator } from "@henji/slack-simulator";
import { beforeEach, expect, test } from "vitest";
import { sendToSlack } from "../src/slack-send.ts";
import { createSlackView, type SlackView } from "../src/slack-view.ts";
import type { Sendable } from "../src/studio-sendable.ts";
import type { ViewChange } from "../src/studio-view.ts";

let slack: SlackSimulator;
let view: SlackView;
let changes: ViewChange[];
let [dm, general, aki] = ["", "", ""];

beforeEach(() => {
  slack = createSlackSimulator({
    ...{ signingSecret: "s", botToken: "t", webhookUrl: "http://bot.test/" },
    fetch: async () => new Response("OK"),
  });
  aki = slack.addUser({ name: "Aki" }).id;
  dm = `slack:${slack.dm(aki).id}`;
  general = `slack:${slack.addChannel({ name: "general" }).id}`;
  view = createSlackView(slack);
  changes = [];
  view.subscribe((change) => changes.push(...view.onChange(change)));
});

const chatNames = () => view.chats().map(({ name }) => name);
const write = (chatId: string, text: string) =>
  sendToSlack(slack, { from: dm, chatId, content: { type: "text", text } });

/** The bot answers in the thread of the newest message. */
async function answer(channel: string, message: object): Promise<void> {
  const { ts, threadTs = ts } = slack.timeline(channel).at(-1)!;
  const body = JSON.stringify({ channel, thread_ts: threadTs, text: "x", ...message });
  const headers = { authorization: "Bearer t", "content-type": "application/json" };
  await slack.fetch(new Request("http://127.0.0.1/api/chat.postMessage", { method: "POST", body, headers }));
}

test("a DM is a chat with its user, and a channel one of all", () => {
  expect(view.chats()).toMatchObject([
    { id: dm, type: "user", name: "Aki · Slack" },
    { id: general, type: "group", name: "#general · Slack", members: [dm] },
  ]);
});

test("a mention begins a chat, in which its answers stand; in the channel stands the mention", async () => {
  expect(write(general, "good morning")).toBe(202);
  expect(chatNames()).toHaveLength(2);
  expect(write(general, "@henji what about <lunch> & tea?")).toBe(202);
  expect(chatNames()).toEqual(["Aki · Slack", "#general · Slack", "#general: @henji what about <lunch> & …"]);
  const channel = slack.channels().find(({ kind }) => kind === "channel")!.id;
  await answer(channel, { blocks: [{ type: "markdown", text: "&lt;Soba>" }] });
  const thread = view.chats().at(-1)!.id;
  const shown = view
    .messages()
    .map(({ chatId, by, content }) => [chatId, by, "text" in content && content.text]);
  const question = "@henji what about <lunch> & tea?";
  expect(shown).toEqual([
    [general, "user", "good morning"],
    [general, "user", question],
    [thread, "user", question],
    [thread, "bot", "<Soba>"],
  ]);
  expect(write(thread, "and for dinner?")).toBe(202);
  expect(slack.timeline(channel).at(-1)).toMatchObject({ threadTs: thread.split(":")[2] });
});

test("a message is being sent until the bot has taken one of its events", async () => {
  write(dm, "hello");
  const states = () => view.messages().map((message) => message.by === "user" && message.handover.state);
  expect(states()).toEqual(["sending"]);
  const [event] = slack.say({ from: aki, text: "again" });
  await slack.deliver([event!]);
  expect(states()).toEqual(["sending", "read"]);
});

test("what can be pressed under a message is pressed by its words", async () => {
  write(dm, "hello");
  const button = {
    type: "button",
    action_id: "henji-0",
    value: "v",
    text: { type: "plain_text", text: "Yes" },
  };
  await answer(dm.split(":")[1]!, { blocks: [{ type: "actions", elements: [button] }] });
  const message = view.messages().at(-1)!;
  const replies = message.by === "bot" ? message.quickReplies : [];
  expect(replies.map(({ label }) => label)).toEqual(["Yes"]);
  expect(sendToSlack(slack, { from: dm, chatId: dm, content: replies[0]!.sends })).toBe(202);
  const gone = { type: "postback" as const, data: "1800000000.000100 Yes" };
  expect(sendToSlack(slack, { from: dm, chatId: dm, content: gone })).toBe(409);
});

test("that the bot is thinking is shown until it answers there", async () => {
  write(dm, "hello");
  const channel = dm.split(":")[1]!;
  const { ts } = slack.timeline(channel)[0]!;
  const body = JSON.stringify({ channel_id: channel, thread_ts: ts, status: "is thinking…" });
  const headers = { authorization: "Bearer t", "content-type": "application/json" };
  const url = "http://127.0.0.1/api/assistant.threads.setStatus";
  await slack.fetch(new Request(url, { method: "POST", body, headers }));
  expect(changes.at(-1)).toMatchObject({ type: "loading", chatId: dm, until: expect.any(Number) });
  await answer(channel, { text: "hi" });
  expect(changes.filter(({ type }) => type === "loading").at(-1)).toMatchObject({ until: undefined });
});

test("nobody writes where they are not", () => {
  expect(write("slack:C0NOWHERE", "hello")).toBe(404);
  const content = { type: "text", text: "hello" } as const;
  expect(sendToSlack(slack, { from: "slack:D0NOBODY", chatId: dm, content })).toBe(404);
  const sticker = {
    type: "sticker" as const,
    packageId: "1",
    stickerId: "1",
    keywords: [] as string[],
  } satisfies Sendable;
  expect(sendToSlack(slack, { from: dm, chatId: dm, content: sticker })).toBe(409);
});

test("the bot's own posts, of which Slack tells it too, are known by their events' ids", async () => {
  write(dm, "hello");
  const channel = dm.split(":")[1]!;
  await answer(channel, { text: "hi" });
  const ids = slack.timeline(channel).map(({ ts }) => `${channel}-${ts}`);
  expect(ids.map((id) => view.isOfBot(id))).toEqual([false, true]);
  expect(["01M8KAG", undefined, `${ids[1]}-deleted`].map((id) => view.isOfBot(id))).toEqual([
    false,
    false,
    false,
  ]);
});
