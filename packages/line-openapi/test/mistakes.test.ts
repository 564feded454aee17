import { expect, test } from "vitest";
import { mistakesInRequest, mistakesInWebhook } from "../src/index.ts";

const event = {
  type: "message",
  mode: "active",
  timestamp: 1_800_000_000_000,
  webhookEventId: "01M00000000000000000000000",
  deliveryContext: { isRedelivery: false },
  source: { type: "user", userId: "U1" },
  message: { type: "text", id: "1", text: "Hello", quoteToken: "q" },
};
const { message } = event;

const webhook = (changed: object) =>
  mistakesInWebhook({ destination: `U${"0".repeat(32)}`, events: [{ ...event, ...changed }] });

test("a webhook's body is compared with LINE's schema of its type", () => {
  expect(webhook({})).toEqual([]);
  expect(webhook({ timestamp: "now" })).toEqual(["/events/0/timestamp must be integer"]);
  expect(webhook({ type: "of the future" })).toEqual([
    expect.stringMatching(/^\/events\/0\/type must be equal to one of the allowed values: message, unsend/),
  ]);
  expect(webhook({ message: { ...message, text: undefined } })).toContain(
    "/events/0/message must have required property 'text'",
  );
  expect(webhook({ message: { ...message, misspelt: true } })).toEqual([
    "/events/0/message must NOT have unevaluated properties misspelt",
  ]);
});

const retryKey = { "X-Line-Retry-Key": "123e4567-e89b-42d3-a456-426614174000" };
const push = { to: "U1", messages: [{ type: "text", text: "Hello" }] };

test.each([
  ["POST", "/v2/bot/message/push", retryKey, push, []],
  [
    ...["POST", "/v2/bot/message/push", {}],
    { ...push, messages: [] },
    ["/messages must NOT have fewer than 1 items"],
  ],
  [
    ...["POST", "/v2/bot/message/push", {}],
    { ...push, messages: [{ type: "text", text: "Hello", quotetoken: "q" }] },
    ["/messages/0 must NOT have unevaluated properties quotetoken"],
  ],
  ["POST", "/v2/bot/message/push", { "x-line-retry-key": "1" }, push, ["the retry key 1 is no UUID"]],
  [
    ...["POST", "/v2/bot/message/reply", retryKey],
    { replyToken: "t", messages: push.messages },
    ["POST /v2/bot/message/reply has a retry key"],
  ],
  ["GET", "/v2/bot/group/C1/member/U1", {}, undefined, []],
  ["GET", "/v2/bot/info", {}, {}, ["GET /v2/bot/info has a body"]],
  [
    ...["GET", "/v2/bot/profile/U1/friends", {}],
    undefined,
    ["GET /v2/bot/profile/U1/friends is no request of LINE's API that Henji makes"],
  ],
] as [string, string, Record<string, string>, unknown, string[]][])(
  "%s %s with %j and %j: %j",
  (method, path, headers, body, mistakes) => {
    expect(mistakesInRequest({ method, path, headers, body })).toEqual(mistakes);
  },
);
