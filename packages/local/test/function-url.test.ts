import { expect, test } from "vitest";
import { createFunctionUrl, type FunctionUrlHandler } from "../src/function-url.ts";

type Event = Parameters<FunctionUrlHandler>[0];

function setUp(answer: FunctionUrlHandler = async () => "OK") {
  const events: Event[] = [];
  const url = createFunctionUrl(async (event) => {
    events.push(event);
    return answer(event);
  });
  return { url, events };
}

test("a request reaches the handler as Lambda's payload 2.0, byte for byte", async () => {
  const { url, events } = setUp();
  const body = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  const headers = { "X-Line-Signature": "abc=", "user-agent": "LineBotWebhook/2.0" };
  const response = await url.request("/a/b?c=d&e", { method: "POST", headers, body });
  expect([response.status, await response.text()]).toEqual([200, "OK"]);
  expect(events).toMatchObject([
    {
      version: "2.0",
      rawPath: "/a/b",
      rawQueryString: "c=d&e",
      headers: { "x-line-signature": "abc=" },
      requestContext: { http: { method: "POST", path: "/a/b", userAgent: "LineBotWebhook/2.0" } },
      isBase64Encoded: true,
    },
  ]);
  expect(new Uint8Array(Buffer.from(events[0]!.body!, "base64"))).toEqual(body);
});

test("the handler's status, headers and body come back", async () => {
  const { url } = setUp(async () => ({ statusCode: 503, headers: { "retry-after": "1" }, body: "later" }));
  const response = await url.request("/");
  expect([response.status, response.headers.get("retry-after"), await response.text()]).toEqual([
    503,
    "1",
    "later",
  ]);
});

test("a handler that fails is a 502, as on Lambda", async () => {
  const { url } = setUp(async () => Promise.reject(new Error("secret")));
  const response = await url.request("/");
  expect([response.status, await response.text()]).toEqual([502, "Internal Server Error"]);
});

test("more than 6 MB never reach the handler", async () => {
  const { url, events } = setUp();
  const post = (bytes: number) => url.request("/", { method: "POST", body: new Uint8Array(bytes) });
  expect((await post(6 * 1024 * 1024)).status).toBe(200);
  expect((await post(6 * 1024 * 1024 + 1)).status).toBe(413);
  expect(events).toHaveLength(1);
});
