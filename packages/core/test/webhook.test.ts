import { createHmac } from "node:crypto";
import { createLineWebhook } from "@henji/core/platform/line/webhook";
import { sign } from "@henji/line-simulator";
import { describe, expect, test } from "vitest";

const channelSecret = "secret";
const webhook = createLineWebhook({ channelSecret });

const event = (webhookEventId: string, fields: object = {}) => ({
  ...{ type: "message", webhookEventId, timestamp: 0, source: { type: "user", userId: "U1" } },
  ...fields,
});

function openBytes(body: Uint8Array<ArrayBuffer>, signature = sign(channelSecret, Buffer.from(body))) {
  return webhook.open(new Headers({ "X-Line-Signature": signature }), body);
}

const open = (body: unknown) => openBytes(Buffer.from(JSON.stringify(body)));

test("the webhook's platform is LINE", () => {
  expect(webhook.platform).toBe("line");
});

test("an event is passed on as LINE sent it, with its id and its chat", () => {
  const brandNew = event("a", { brandNew: { deep: 1 } });
  const joined = event("b", { type: "join", source: { type: "group", groupId: "C1", userId: "U1" } });
  expect(open({ events: [brandNew, joined] })).toEqual({
    kind: "events",
    events: [
      { eventId: "a", chatId: "U1", type: "message", isRedelivery: false, event: brandNew },
      { eventId: "b", chatId: "C1", type: "join", isRedelivery: false, event: joined },
    ],
    unreadable: [],
  });
});

test("a body may have other fields besides its events", () => {
  const events = [event("a")];
  for (const rest of [{}, { destination: "U0" }, { destination: 1 }, { brandNew: 1 }])
    expect(open({ events, ...rest })).toMatchObject({ kind: "events", events: [{ eventId: "a" }] });
  expect(open({ events: [] })).toEqual({ kind: "events", events: [], unreadable: [] });
});

test("an invalid event is skipped with its reason, and the others are passed on", () => {
  const { webhookEventId, ...nameless } = event("");
  const odd = [nameless, 1, event("a b"), event("c", { timestamp: -1 })];
  expect(open({ events: [...odd, event("d")] })).toMatchObject({
    events: [{ eventId: "d" }],
    unreadable: ["webhookEventId", "", "webhookEventId", "timestamp"],
  });
});

test("an event is a redelivery only if LINE says so", () => {
  const isRedelivery = (deliveryContext: unknown) => {
    const opened = open({ events: [event("a", { deliveryContext })] });
    return opened.kind === "events" && opened.events[0]?.isRedelivery;
  };
  expect(isRedelivery({ isRedelivery: true })).toBe(true);
  for (const other of [{ isRedelivery: false }, { isRedelivery: "true" }, {}, undefined, null, "yes"])
    expect([other, isRedelivery(other)]).toEqual([other, false]);
});

test.each([{}, { events: {} }, [], null, "events"])("%j is not a webhook, even if signed", (body) => {
  expect(open(body)).toEqual({ kind: "refused", status: 400, code: "webhook.malformed" });
});

test("a body that is not UTF-8 or not JSON is not a webhook, even if signed", () => {
  const noUtf8 = Buffer.from([...Buffer.from('{"events":["'), 0xff, ...Buffer.from('"]}')]);
  for (const body of [noUtf8, Buffer.from('{"events":['), Buffer.alloc(0)])
    expect(openBytes(body)).toEqual({ kind: "refused", status: 400, code: "webhook.malformed" });
});

test("the signature is verified over the received bytes, before they are parsed", () => {
  const body = Buffer.from('{ "events" : [] , "destination":"\u00e9" }');
  expect(openBytes(body).kind).toBe("events");
  for (const signature of ["", "x", sign("other", body), sign(channelSecret, body.subarray(1))])
    expect(openBytes(body, signature)).toEqual({
      ...{ kind: "refused", status: 401, code: "webhook.bad_signature" },
    });
  expect(webhook.open(new Headers(), body)).toEqual({
    ...{ kind: "refused", status: 401, code: "webhook.unsigned" },
  });
  expect(openBytes(Buffer.from("no JSON"), "x")).toMatchObject({ status: 401 });
});

describe("while the channel secret changes", () => {
  const body = Buffer.from('{"events":[]}');
  const statusOf = (
    secrets: { channelSecret: string; previousChannelSecret?: string },
    signedWith: string,
  ) => {
    const headers = new Headers({
      "x-line-signature": createHmac("sha256", signedWith).update(body).digest("base64"),
    });
    const opened = createLineWebhook(secrets).open(headers, body);
    return opened.kind === "refused" ? opened.status : 200;
  };

  test("what is signed with the new or with the previous secret is accepted, and with no other", () => {
    const secrets = { channelSecret: "new", previousChannelSecret: "previous" };
    expect(["new", "previous", "other", ""].map((secret) => statusOf(secrets, secret))).toEqual([
      ...[200, 200, 401, 401],
    ]);
  });

  test("without a previous secret, only the secret is accepted", () => {
    for (const secrets of [{ channelSecret: "new" }, { channelSecret: "new", previousChannelSecret: "" }])
      expect(["new", "previous", ""].map((secret) => statusOf(secrets, secret))).toEqual([200, 401, 401]);
  });

  test("an empty secret is never accepted, not even next to a previous one", () => {
    const secrets = { channelSecret: "", previousChannelSecret: "previous" };
    expect(["previous", ""].map((secret) => statusOf(secrets, secret))).toEqual([200, 401]);
  });
});
