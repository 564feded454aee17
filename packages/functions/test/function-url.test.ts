import { createLog } from "@henji/core/log";
import type { LambdaFunctionURLEvent } from "aws-lambda";
import { expect, test } from "vitest";
import { functionUrlHandler } from "../src/function-url.ts";

type Changes = { method?: string; path?: string; headers?: Record<string, string>; body?: string };

function event({ method = "POST", path = "/", headers = {}, body = "{}" }: Changes): LambdaFunctionURLEvent {
  return {
    rawPath: path,
    headers,
    requestContext: { domainName: "henji.example", http: { method } },
    body,
    isBase64Encoded: false,
  } as LambdaFunctionURLEvent;
}

/** Echoes what it got. */
function open() {
  const lines: { name: string; status: number }[] = [];
  const handler = functionUrlHandler(
    async (request) => new Response(`${request.method} ${request.url} ${await request.text()}`),
    createLog({ write: (line) => lines.push(JSON.parse(line)) }),
  );
  return { handler, lines };
}

test("a request comes as it was sent, and its response goes back", async () => {
  const { handler } = open();
  expect(await handler(event({ path: "/hook", body: "返事" }))).toEqual({
    statusCode: 200,
    headers: { "content-type": "text/plain;charset=UTF-8" },
    body: "POST https://henji.example/hook 返事",
  });
  expect(await handler(event({ method: "GET" }))).toMatchObject({ body: "GET https://henji.example/ " });
});

test("a body in Base64 keeps every byte", async () => {
  const body = Buffer.from("返事").toString("base64");
  expect(await open().handler({ ...event({ body }), isBase64Encoded: true })).toMatchObject({
    body: "POST https://henji.example/ 返事",
  });
});

test.each([
  ["a header outside Latin-1", { headers: { "x-name": "返事" } }],
  ["a NUL in a header", { headers: { "x-name": "a\u0000b" } }],
  ["a header without a name", { headers: { "": "x" } }],
  ["the method TRACE", { method: "TRACE" }],
  ["a method that is none", { method: "GET IT" }],
])("%s is answered 400 with a line in the log", async (_what, changes) => {
  const { handler, lines } = open();
  expect(await handler(event(changes))).toMatchObject({ statusCode: 400 });
  expect(lines).toMatchObject([{ name: "webhook.malformed", status: 400 }]);
});
