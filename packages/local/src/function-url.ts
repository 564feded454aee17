import { randomUUID } from "node:crypto";
import type { LambdaFunctionURLEvent, LambdaFunctionURLResult } from "aws-lambda";
import { Hono, type HonoRequest } from "hono";
import { bodyLimit } from "hono/body-limit";
import { HTTPException } from "hono/http-exception";
import type { StatusCode } from "hono/utils/http-status";

export type FunctionUrlHandler = (event: LambdaFunctionURLEvent) => Promise<LambdaFunctionURLResult>;

/** Lambda: a Function URL takes at most 6 MB. */
const MAX_BYTES = 6 * 1024 * 1024;

/** A Lambda Function URL, without Lambda: HTTP in, payload 2.0 to the handler, HTTP out. */
export function createFunctionUrl(handler: FunctionUrlHandler): Hono {
  const app = new Hono();
  app.all("*", bodyLimit({ maxSize: MAX_BYTES }), async (c) => {
    const result = await handler(await toEvent(c.req));
    const { statusCode, headers, body = "" } = typeof result === "string" ? { body: result } : result;
    return c.newResponse(body, (statusCode ?? 200) as StatusCode, headers as Record<string, string>);
  });
  app.onError((error, c) =>
    error instanceof HTTPException ? error.getResponse() : c.text("Internal Server Error", 502),
  );
  return app;
}

/** Lambda sends JSON bodies as text and anything else as Base64; Base64 alone keeps every byte as it came. */
async function toEvent(request: HonoRequest): Promise<LambdaFunctionURLEvent> {
  const { pathname: rawPath, search } = new URL(request.url);
  const headers = request.header();
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath,
    rawQueryString: search.slice(1),
    headers,
    requestContext: {
      accountId: "anonymous",
      apiId: "local",
      domainName: "localhost",
      domainPrefix: "local",
      http: {
        method: request.method,
        path: rawPath,
        protocol: "HTTP/1.1",
        sourceIp: "127.0.0.1",
        userAgent: headers["user-agent"] ?? "",
      },
      requestId: randomUUID(),
      routeKey: "$default",
      stage: "$default",
      time: new Date().toUTCString(),
      timeEpoch: Date.now(),
    },
    body: Buffer.from(await request.arrayBuffer()).toString("base64"),
    isBase64Encoded: true,
  };
}
