import type { LambdaFunctionURLEvent } from "aws-lambda";
import { expect, test } from "vitest";
import { functionUrlHandler } from "../src/function-url.ts";

type Changes = { method?: string; headers?: Record<string, string>; body?: string };

function event({ method = "POST", headers = {}, body = "{}" }: Changes): LambdaFunctionURLEvent {
  return {
    rawPath: "/",
    headers,
    requestContext: { domainName: "henji.example", http: { method } },
    body,
    isBase64Encoded: false,
  } as LambdaFunctionURLEvent;
}

/** Echoes what it got. */
const echo = functionUrlHandler(async ({ method, headers, body }) => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body ?? []) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  return { status: 200, text: `${method} ${headers.get("x-name")} ${headers.has("x-none")} ${bytes}` };
});

test("a request comes as it was sent, and its answer goes back as text", async () => {
  expect(await echo(event({ headers: { "x-name": "a" }, body: "返事" }))).toEqual({
    statusCode: 200,
    headers: { "content-type": "text/plain;charset=UTF-8" },
    body: "POST a false 返事",
  });
});

test("a body in Base64 keeps every byte", async () => {
  const body = Buffer.from("返事").toString("base64");
  expect(await echo({ ...event({ body }), isBase64Encoded: true })).toMatchObject({
    body: "POST null false 返事",
  });
});

test("a request without a body has none, and what a `Request` cannot hold is nothing special", async () => {
  const { body: _, ...without } = event({ method: "TRACE", headers: { "x-name": "返事\u0000" } });
  expect(await echo(without as LambdaFunctionURLEvent)).toMatchObject({ body: "TRACE 返事\u0000 false " });
});
