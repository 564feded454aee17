import { beforeEach, expect, test } from "vitest";
import { buttonsOf, createSlackSimulator, type SlackSimulator, serveSlack, sign } from "../src/index.ts";

const start = 1_800_000_000_000;
let now: number;
let lag: number;
let received: Request[];
let statuses: number[];
let waited: number[];
let slack: SlackSimulator;

beforeEach(() => {
  [now, lag, received, statuses, waited] = [start, 0, [], [], []];
  slack = createSlackSimulator({
    ...{ signingSecret: "secret", botToken: "xoxb-token", webhookUrl: "https://henji.example/" },
    clock: () => now,
    random: () => 0.5,
    historyLagMs: () => lag,
    // Only what is waited for in full counts: a time-out never comes.
    async wait(ms, signal) {
      if (signal) await new Promise(() => {});
      waited.push(ms);
    },
    async fetch(request) {
      received.push(request);
      return new Response(null, { status: statuses.shift() ?? 200 });
    },
  });
});

async function call(method: string, args: Record<string, unknown>, token = "xoxb-token") {
  const response = await slack.fetch(
    new Request(`http://127.0.0.1/api/${method}`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json; charset=utf-8" },
      body: JSON.stringify(args),
    }),
  );
  return { status: response.status, headers: response.headers, ...((await response.json()) as object) };
}

function general() {
  const user = slack.addUser({ name: "aki" });
  return { user, channel: slack.addChannel({ name: "general" }) };
}

test("a DM is told once, a mention twice under one ts, with an event id each", () => {
  const { user, channel } = general();
  expect(slack.say({ from: user.id, text: "hi" })).toHaveLength(1);
  const told = slack.say({ from: user.id, channel: channel.id, text: "@henji is 1 < 2 & 3?" });
  const events = told.map(({ event }) => event as Record<string, unknown>);
  expect(events.map(({ type }) => type).sort()).toEqual(["app_mention", "message"]);
  expect(new Set(events.map(({ ts }) => ts)).size).toBe(1);
  expect(new Set(told.map(({ event_id }) => event_id)).size).toBe(2);
  expect(events[0]).toMatchObject({ text: "<@U0HENJIBOT> is 1 &lt; 2 &amp; 3?" });
});

test("an event that the bot does not take comes at once, after a minute and after five, signed anew", async () => {
  const { user } = general();
  statuses = [500, 503, 500, 200];
  expect(await slack.deliver(slack.say({ from: user.id, text: "hi" }))).toMatchObject({
    ok: true,
    attempts: 4,
  });
  expect(waited).toEqual([60_000, 300_000]);
  expect(received.map(({ headers }) => headers.get("x-slack-retry-num"))).toEqual([null, "1", "2", "3"]);
  const [first] = received;
  const timestamp = first!.headers.get("x-slack-request-timestamp")!;
  expect(first!.headers.get("x-slack-signature")).toBe(sign("secret", timestamp, await first!.text()));
});

test("a post stands in its thread, found by its metadata when history has caught up", async () => {
  const { user, channel } = general();
  slack.say({ from: user.id, channel: channel.id, text: "@henji hello" });
  const { ts } = slack.timeline(channel.id)[0]!;
  const metadata = { event_type: "answer", event_payload: { key: "k1" } };
  const thread = { channel: channel.id, thread_ts: ts };
  expect(await call("chat.postMessage", { ...thread, text: "hi", metadata })).toMatchObject({ ok: true });
  lag = 1_000;
  const replies = () =>
    call("conversations.replies", { channel: channel.id, ts, include_all_metadata: "true" });
  expect(await replies()).toMatchObject({ ok: false, error: "thread_not_found" });
  now += 1_000;
  expect(await replies()).toMatchObject({
    messages: [{ ts }, { text: "hi", metadata, app_id: "A0HENJI000" }],
  });
  expect(await call("conversations.replies", { channel: channel.id, ts })).not.toMatchObject({
    messages: [{}, { metadata }],
  });
});

test("an answer can be lost, say no, or come late although the message is there", async () => {
  const { channel } = general();
  const post = () => call("chat.postMessage", { channel: channel.id, text: "hi" });
  const texts = () => slack.timeline(channel.id).length;
  slack.faults.add({
    on: "chat.postMessage",
    times: 1,
    fault: { kind: "error", error: "internal_error", takesEffect: true },
  });
  expect(await post()).toMatchObject({ status: 200, ok: false, error: "internal_error" });
  expect(texts()).toBe(1);
  slack.faults.add({ on: "chat.postMessage", times: 1, fault: { kind: "lose-response" } });
  await expect(post()).rejects.toThrow("fetch failed");
  expect(texts()).toBe(2);
  slack.faults.add({ on: "chat.postMessage", times: 1, fault: { kind: "late", ms: 5_000 } });
  await expect(post()).rejects.toThrow("fetch failed");
  expect(texts()).toBe(2);
  now += 5_000;
  expect(texts()).toBe(3);
  slack.faults.add({ on: "chat.postMessage", times: 1, fault: { kind: "drop-request" } });
  await expect(post()).rejects.toThrow("fetch failed");
  expect(texts()).toBe(3);
});

test("posts are limited for each channel, and a 429 posts nothing", async () => {
  const [first, second] = [slack.addChannel({ name: "a" }).id, slack.addChannel({ name: "b" }).id];
  const post = (channel: string) => call("chat.postMessage", { channel, text: "hi" });
  for (let n = 0; n < 5; n += 1) expect(await post(first)).toMatchObject({ ok: true });
  const limited = await post(first);
  expect(limited).toMatchObject({ status: 429, error: "ratelimited" });
  expect(limited.headers.get("retry-after")).toBe("1");
  expect(await post(second)).toMatchObject({ ok: true });
  expect(slack.timeline(first)).toHaveLength(5);
  now += 1_000;
  expect(await post(first)).toMatchObject({ ok: true });
});

test("what Slack does not take is refused, or cut as Slack cuts it", async () => {
  const { channel } = general();
  const post = (message: object) => call("chat.postMessage", { channel: channel.id, ...message });
  const markdown = (text: string) => ({ text: "x", blocks: [{ type: "markdown", text }] });
  expect(await post(markdown("a".repeat(12_001)))).toMatchObject({ error: "msg_blocks_too_long" });
  expect(await post(markdown("# a\n".repeat(200)))).toMatchObject({ error: "msg_blocks_too_long" });
  expect(await post(markdown("a".repeat(11_000)))).toMatchObject({ ok: true });
  expect(await post({})).toMatchObject({ error: "no_text" });
  expect(await call("chat.postMessage", { channel: "C0", text: "x" })).toMatchObject({
    error: "channel_not_found",
  });
  expect(await call("auth.test", {}, "other")).toMatchObject({ ok: false, error: "invalid_auth" });
  now += 10_000;
  await post({ text: "a".repeat(9_000) });
  expect(slack.timeline(channel.id)).toHaveLength(1 + 3);
  const odd = await post({ text: "x", metadata: { event_type: "not allowed", event_payload: {} } });
  expect(odd).toMatchObject({ ok: true, response_metadata: { warnings: ["invalid_metadata_schema"] } });
  expect(slack.timeline(channel.id).at(-1)).not.toHaveProperty("metadata");
});

test("a status is shown until the bot answers in that thread, for two minutes at the most", async () => {
  const { channel } = general();
  const at = { channel_id: channel.id, thread_ts: "1800000000.000100" };
  await call("assistant.threads.setStatus", { ...at, status: "is thinking…" });
  expect(slack.status(channel.id, at.thread_ts)).toBe("is thinking…");
  await call("chat.postMessage", { channel: channel.id, text: "beside it" });
  expect(slack.status(channel.id, at.thread_ts)).toBe("is thinking…");
  await call("chat.postMessage", { channel: channel.id, thread_ts: at.thread_ts, text: "hi" });
  expect(slack.status(channel.id, at.thread_ts)).toBeUndefined();
  await call("assistant.threads.setStatus", { ...at, status: "is thinking…" });
  now += 120_000;
  expect(slack.status(channel.id, at.thread_ts)).toBeUndefined();
});

test("a message with answers in its thread leaves a stone when it is deleted", () => {
  const { user, channel } = general();
  const tsOf = (text: string, thread?: string) => {
    slack.say({ from: user.id, channel: channel.id, text, ...(thread && { thread }) });
    return slack.timeline(channel.id).at(-1)!.ts;
  };
  const root = tsOf("root");
  const reply = tsOf("reply", root);
  expect(slack.remove(channel.id, root)).toMatchObject([
    { event: { subtype: "message_changed", message: { subtype: "tombstone", ts: root } } },
  ]);
  expect(slack.remove(channel.id, reply)).toMatchObject([
    { event: { subtype: "message_deleted", deleted_ts: reply, previous_message: { thread_ts: root } } },
  ]);
});

test("a button is pressed by its words, and is told as a form that no retry follows", async () => {
  const { user, channel } = general();
  const button = {
    type: "button",
    action_id: "b-0",
    value: "yes",
    text: { type: "plain_text", text: "Yes" },
  };
  await call("chat.postMessage", {
    channel: channel.id,
    text: "Sure?",
    blocks: [{ type: "actions", elements: [button] }],
  });
  const [message] = slack.timeline(channel.id);
  expect(buttonsOf(message!).map(({ label }) => label)).toEqual(["Yes"]);
  statuses = [500];
  const pressed = slack.press(user.id, channel.id, message!.ts, "Yes");
  expect(await slack.deliver(pressed)).toMatchObject({ ok: false, attempts: 1 });
  expect(received[0]!.headers.get("content-type")).toBe("application/x-www-form-urlencoded");
  const form = new URLSearchParams(await received[0]!.text());
  expect(JSON.parse(form.get("payload")!)).toMatchObject({ actions: [{ value: "yes", action_id: "b-0" }] });
});

test("it is served on loopback", async () => {
  const server = await serveSlack(slack);
  try {
    const headers = { authorization: "Bearer xoxb-token" };
    const response = await fetch(`${server.url}/api/auth.test`, { method: "POST", headers });
    expect(await response.json()).toMatchObject({ ok: true, user_id: "U0HENJIBOT" });
  } finally {
    await server.close();
  }
});
