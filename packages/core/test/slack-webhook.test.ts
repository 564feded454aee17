import { createHmac } from "node:crypto";
import type { Opened } from "@henji/core/platform/platform";
import { createSlackWebhook } from "@henji/core/platform/slack/webhook";
import { isSqsId } from "@henji/core/queue/sqs";
import { expect, test } from "vitest";
import { aki, dm, envelope, press } from "./slack/events.ts";

const now = 1_800_000_000_000;
const signingSecret = "8f742231b10e8888abcd99yyyzzz85a5";

function sign(body: string, timestamp: number | string, secret = signingSecret): string {
  return `v0=${createHmac("sha256", secret).update(`v0:${timestamp}:${body}`).digest("hex")}`;
}

function open(
  body: string,
  {
    timestamp = (now / 1000) as number | string,
    signature = sign(body, timestamp),
    headers = {},
    secret = signingSecret,
  } = {},
): Opened {
  const webhook = createSlackWebhook({ signingSecret: secret, clock: { now: () => now } });
  const signed = { "x-slack-request-timestamp": String(timestamp), "x-slack-signature": signature };
  return webhook.open(new Headers({ ...signed, ...headers }), new TextEncoder().encode(body));
}

function arrivalOf(payload: unknown, headers: Record<string, string> = {}) {
  const opened = open(JSON.stringify(payload), { headers });
  if (opened.kind !== "events" || !opened.events[0]) throw new Error(JSON.stringify(opened));
  return opened.events[0];
}

test("the example of Slack's documentation is signed", () => {
  const body =
    "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
  expect(sign(body, 1531420618)).toBe("v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503");
});

test("what Slack has not signed is refused, and so is what it signed long ago or has yet to sign", () => {
  const body = JSON.stringify(envelope({}));
  const codeOf = (opened: Opened) => (opened.kind === "refused" ? opened.code : opened.kind);
  expect(codeOf(open(body))).toBe("events");
  expect(codeOf(open(body, { signature: sign(`${body} `, now / 1000) }))).toBe("webhook.bad_signature");
  expect(codeOf(open(body, { signature: "v0=" }))).toBe("webhook.bad_signature");
  expect(codeOf(open(body, { signature: sign(body, now / 1000, ""), secret: "" }))).toBe(
    "webhook.bad_signature",
  );
  expect(codeOf(open(body, { timestamp: now / 1000 - 300 }))).toBe("events");
  expect(codeOf(open(body, { timestamp: now / 1000 - 301 }))).toBe("webhook.stale");
  expect(codeOf(open(body, { timestamp: now / 1000 + 301 }))).toBe("webhook.stale");
  expect(codeOf(open(body, { timestamp: "1e9" }))).toBe("webhook.stale");
  const webhook = createSlackWebhook({ signingSecret, clock: { now: () => now } });
  expect(webhook.open(new Headers(), new Uint8Array())).toMatchObject({ code: "webhook.unsigned" });
});

test("Slack's question whether the URL is ours is answered only if it is signed", () => {
  const body = JSON.stringify({ token: "t", challenge: "3eZbrw1a", type: "url_verification" });
  expect(open(body)).toEqual({ kind: "challenge", answer: "3eZbrw1a" });
  expect(open(body, { signature: "v0=0" })).toMatchObject({ kind: "refused" });
});

test("a mention's two events are one, whatever their ids", () => {
  const text = "<@U0HENJIBOT> hello";
  const message = arrivalOf(envelope({ text }, { event_id: "Ev1" }));
  const mention = arrivalOf(envelope({ text, type: "app_mention" }, { event_id: "Ev2" }));
  expect(message.eventId).toBe("C0GENERAL0-1800000000.000100");
  expect(mention).toMatchObject({ eventId: message.eventId, chatId: message.chatId });
});

test("a DM is one chat; in a channel each thread is one, begun by its first message", () => {
  const chatOf = (event: Record<string, unknown>) => arrivalOf(envelope(event)).chatId;
  const root = { ts: "1800000000.000100" };
  const answer = { ts: "1800000005.000100", thread_ts: root.ts };
  expect(chatOf({ ...dm, ...root })).toBe("slack:D0AKI00000");
  expect(chatOf({ ...dm, ...answer })).toBe("slack:D0AKI00000");
  expect(chatOf(root)).toBe("slack:C0GENERAL0:1800000000.000100");
  expect(chatOf(answer)).toBe(chatOf(root));
  const deleted = { subtype: "message_deleted", deleted_ts: answer.ts, ts: "1800000009.000100" };
  expect(chatOf({ ...deleted, previous_message: answer })).toBe(chatOf(root));
  expect(isSqsId(chatOf(root))).toBe(true);
});

test("a retry is a redelivery of the same event, not something to skip", () => {
  const retried = { "x-slack-retry-num": "1", "x-slack-retry-reason": "http_timeout" };
  const first = arrivalOf(envelope({ ...dm, text: "hi" }));
  expect(arrivalOf(envelope({ ...dm, text: "hi" }), retried)).toEqual({ ...first, isRedelivery: true });
});

test("the old verification token goes no further", () => {
  expect(JSON.stringify(arrivalOf(envelope({ text: "hi" })))).not.toContain("legacy-verification-token");
});

test("a pressed button comes as a form, and what could act for its user goes no further", () => {
  const form = new URLSearchParams({ payload: JSON.stringify(press("data:go_on:1")) }).toString();
  const opened = open(form, { headers: { "content-type": "application/x-www-form-urlencoded" } });
  expect(opened).toMatchObject({
    events: [{ eventId: "D0AKI00000-1800000001.000200-1800000002.000300", chatId: "slack:D0AKI00000" }],
  });
  for (const secret of ["hooks.slack.com", "trigger_id", "legacy-verification-token"])
    expect(JSON.stringify(opened)).not.toContain(secret);
});

test("what has no message, or does not say who the bot is, is passed over", () => {
  const unreadable = (payload: unknown) => open(JSON.stringify(payload));
  const passed = (reason: string) => ({ kind: "events", events: [], unreadable: [reason] });
  expect(unreadable({ type: "app_rate_limited", minute_rate_limited: 1 })).toEqual(
    passed("app_rate_limited"),
  );
  expect(unreadable(envelope({ type: "reaction_added" }))).toEqual(passed("event.type"));
  expect(unreadable(envelope({ ts: 1800000000.0001 }))).toEqual(passed("event.ts"));
  expect(unreadable(envelope({}, { authorizations: [] }))).toEqual(passed("authorizations"));
  const asUser = { authorizations: [{ user_id: aki, is_bot: false }] };
  expect(unreadable(envelope({}, asUser))).toEqual(passed("authorizations"));
  expect(open("[]")).toMatchObject({ code: "webhook.malformed" });
  expect(open("{")).toMatchObject({ code: "webhook.malformed" });
});

test.each([
  ["what a bot writes, this one included", { bot_id: "B0HENJI000" }],
  [
    "what they delete",
    { subtype: "message_deleted", deleted_ts: "1799999999.000100", previous_message: { bot_id: "B" } },
  ],
  [
    "an edit, such as the preview of a link",
    { subtype: "message_changed", message: { ts: "1799999999.000100" } },
  ],
  ["who joins", { subtype: "channel_join" }],
])("%s costs no place in the queue", (_, event) => {
  const opened = open(JSON.stringify(envelope({ ...dm, text: "Hi!", ...event })));
  expect(opened).toMatchObject({ events: [], unreadable: [], ignored: [{ chatId: "slack:D0AKI00000" }] });
});
