import type { Delivery } from "@henji/core/platform/platform";
import { SETTLED_MS } from "@henji/core/platform/slack/deliver";
import type { Job } from "@henji/core/queue/job";
import { deadlines, hold } from "@henji/core/settings";
import { beforeEach, expect, test } from "vitest";
import { openSlack } from "./platforms/slack.ts";

const key = "2b5ff8c5-6a5c-5b3c-9c3f-0d4d1d1a1a1a";
const cutNotice = "(cut)";

let lag: number;
let at: ReturnType<typeof openSlack>;
let job: Job;
let thread: { channel: string; ts: string };

beforeEach(async () => {
  lag = 0;
  at = openSlack({ historyLagMs: () => lag });
  const request = at.ask("hello", "group");
  const opened = at.webhook.open(request.headers, new Uint8Array(await request.arrayBuffer()));
  if (opened.kind !== "events") throw new Error(opened.kind);
  const { eventId, event } = opened.events[0]!;
  job = { version: 2, platform: "slack", eventId, event, receivedAt: at.clock.now() };
  const { channel, ts } = (event as { event: { channel: string; ts: string } }).event;
  thread = { channel, ts };
});

function deliver(maybeSentAt?: number, text = "Hi!", mustHold: Delivery["mustHold"] = () => {}) {
  const { messages } = at.platform.compose(text, { cutNotice });
  const { chatId } = { chatId: `slack:${thread.channel}:${thread.ts}` };
  const usePush = () => Promise.reject(new Error("There is no other way"));
  return at.platform.deliver({
    ...{ job, chatId, messages, idempotencyKey: key, route: "reply", maybeSentAt, mustHold, usePush },
  });
}

const posts = () => at.slack.requests.filter(({ method }) => method === "chat.postMessage").length;
const reads = () => at.slack.requests.filter(({ method }) => method === "conversations.replies").length;

test("what nobody can have sent is posted into the thread of its question without a look, with its key", async () => {
  await deliver();
  expect([posts(), reads()]).toEqual([1, 0]);
  expect(at.slack.timeline(thread.channel).at(-1)).toMatchObject({
    ...{ threadTs: thread.ts, text: "Hi!" },
    metadata: { event_type: "henji_answer", event_payload: { key } },
  });
});

test("what was posted unheard is found, and not posted again", async () => {
  at.happens("lost");
  await expect(deliver()).rejects.toMatchObject({ code: "slack.unreachable", outcome: "unknown" });
  const { ts } = at.slack.timeline(thread.channel).at(-1)!;
  expect(await deliver(at.clock.now())).toMatchObject({ route: "reply", sentIds: [ts] });
  expect(posts()).toBe(1);
});

test("what is not found is posted again only when a post would have come by now", async () => {
  lag = SETTLED_MS - 1;
  at.happens("lost");
  await expect(deliver()).rejects.toMatchObject({ outcome: "unknown" });
  const maybeSentAt = at.clock.now();
  // The question itself is not there yet.
  at.passes(1_000);
  await expect(deliver(maybeSentAt)).rejects.toMatchObject({ outcome: "failed" });
  at.passes(SETTLED_MS - 2_000);
  lag = 40_000;
  expect(await deliver(maybeSentAt)).toMatchObject({ route: "reply" });
  expect(posts()).toBe(1);
});

test("until it has settled it comes back when it has", async () => {
  at.happens("dropped");
  await expect(deliver()).rejects.toMatchObject({ outcome: "unknown" });
  const maybeSentAt = at.clock.now();
  at.passes(5_000);
  const notYet = {
    code: "slack.not_settled",
    retry: "later",
    outcome: "failed",
    retryAfterMs: SETTLED_MS - 5_000,
  };
  await expect(deliver(maybeSentAt)).rejects.toMatchObject(notYet);
  at.passes(SETTLED_MS - 5_000);
  await deliver(maybeSentAt);
  expect(at.seen()).toEqual(["Hi!"]);
});

test("a post that comes late is found", async () => {
  at.slack.faults.add({ on: "chat.postMessage", times: 1, fault: { kind: "late", ms: 20_000 } });
  await expect(deliver()).rejects.toMatchObject({ outcome: "unknown" });
  const maybeSentAt = at.clock.now();
  at.passes(SETTLED_MS);
  await deliver(maybeSentAt);
  expect(at.seen()).toEqual(["Hi!"]);
});

test("another app's message with the same key is not its answer", async () => {
  const metadata = { event_type: "henji_answer", event_payload: { key } };
  at.slack.post(thread.channel, {
    user: "U0OTHERBOT",
    appId: "A0OTHER000",
    text: "Hi!",
    threadTs: thread.ts,
    metadata,
  });
  at.slack.post(thread.channel, { user: "U0SOMEBODY", text: "Hi!", threadTs: thread.ts, metadata });
  await deliver(at.clock.now() - SETTLED_MS);
  expect(at.seen()).toEqual(["Hi!"]);
});

test("a thread is read to its end before something in it is taken to be missing", async () => {
  for (let n = 0; n < 450; n += 1) {
    at.slack.post(thread.channel, { user: "U0SOMEBODY", text: `${n}`, threadTs: thread.ts });
  }
  const metadata = { event_type: "henji_answer", event_payload: { key } };
  const own = { user: at.slack.app.userId, appId: at.slack.app.id };
  const { ts } = at.slack.post(thread.channel, { ...own, text: "Hi!", threadTs: thread.ts, metadata });
  expect(await deliver(at.clock.now() - SETTLED_MS)).toMatchObject({ sentIds: [ts] });
  expect([posts(), reads()]).toEqual([0, 3]);
});

test("a thread that cannot be read is tried again, and nothing is posted", async () => {
  const cannot = (fault: Parameters<typeof at.slack.faults.add>[0]["fault"]) =>
    at.slack.faults.add({ on: "conversations.replies", times: 1, fault });
  const long = at.clock.now() - SETTLED_MS;
  cannot({ kind: "status", status: 503 });
  // So the minute does not begin anew.
  const failed = { retry: "later", outcome: "failed" };
  await expect(deliver(long)).rejects.toMatchObject({ code: "slack.unavailable", ...failed });
  cannot({ kind: "drop-request" });
  await expect(deliver(long)).rejects.toMatchObject({ code: "slack.unreachable", ...failed });
  cannot({ kind: "status", status: 429, headers: { "retry-after": "30" } });
  await expect(deliver(long)).rejects.toMatchObject({ code: "slack.rate_limited", retryAfterMs: 30_000 });
  cannot({ kind: "error", error: "missing_scope" });
  await expect(deliver(long)).rejects.toMatchObject({ code: "slack.unauthorized", retry: "never" });
  expect(posts()).toBe(0);
});

test.each([
  ["ratelimited", { code: "slack.rate_limited", retry: "later", outcome: "failed" }],
  ["internal_error", { code: "slack.unavailable", retry: "later", outcome: "unknown" }],
  ["fatal_error", { code: "slack.unavailable", retry: "later", outcome: "unknown" }],
  ["request_timeout", { code: "slack.unavailable", retry: "later", outcome: "failed" }],
  ["token_revoked", { code: "slack.unauthorized", retry: "never", outcome: "failed" }],
  ["not_in_channel", { code: "slack.rejected", retry: "never", outcome: "failed" }],
  ["is_archived", { code: "slack.rejected", retry: "never", outcome: "failed" }],
])("%s says whether to try again, and whether it may be there", async (error, expected) => {
  at.slack.faults.add({ on: "chat.postMessage", times: 1, fault: { kind: "error", error } });
  await expect(deliver()).rejects.toMatchObject(expected);
  expect(posts()).toBe(1);
});

test("blocks that Slack does not take are sent as text, once", async () => {
  at.slack.faults.add({
    on: "chat.postMessage",
    times: 1,
    fault: { kind: "error", error: "msg_blocks_too_long" },
  });
  await deliver();
  expect(at.slack.timeline(thread.channel).at(-1)).toMatchObject({ text: "Hi!" });
  expect(at.slack.timeline(thread.channel).at(-1)).not.toHaveProperty("blocks");
  at.slack.faults.add({
    on: "chat.postMessage",
    times: 2,
    fault: { kind: "error", error: "msg_blocks_too_long" },
  });
  await expect(deliver()).rejects.toMatchObject({ code: "slack.blocks_refused", retry: "never" });
});

test("a look and two sends fit into a lease", async () => {
  const held: number[] = [];
  await deliver(at.clock.now() - SETTLED_MS, "Hi!", (forMs) => void held.push(forMs));
  expect(held).toEqual([2 * deadlines.sendMs]);
  expect(deadlines.tableMs + 3 * deadlines.sendMs + deadlines.tableMs).toBeLessThanOrEqual(hold.leaseMs);
});

test("while it thinks, that stands in the thread", async () => {
  await at.platform.showLoading({ type: "group", id: "" }, job, 60);
  expect(at.slack.status(thread.channel, thread.ts)).toBe("is thinking…");
  await deliver();
  expect(at.slack.status(thread.channel, thread.ts)).toBeUndefined();
});
