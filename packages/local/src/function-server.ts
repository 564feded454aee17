import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { LambdaFunctionURLEvent, LambdaFunctionURLResult } from "aws-lambda";
import { listen } from "./listen.ts";

export type FunctionUrlHandler = (event: LambdaFunctionURLEvent) => Promise<LambdaFunctionURLResult>;

/** Lambda: a Function URL takes at most 6 MB. */
const MAX_BYTES = 6 * 1024 * 1024;

/** A Lambda Function URL, without Lambda: HTTP in, payload 2.0 to the handler, HTTP out. */
export async function serveFunctionUrl(handler: FunctionUrlHandler, port: number) {
  const server = createServer(async (request, response) => {
    try {
      const body = await read(request);
      if (!body) return void response.writeHead(413).end();
      const result = await handler(toEvent(request, body));
      const {
        statusCode = 200,
        headers = {},
        body: text = "",
      } = typeof result === "string" ? { body: result } : result;
      response.writeHead(statusCode, headers as Record<string, string>).end(text);
    } catch {
      response.writeHead(502).end("Internal Server Error");
    }
  });
  return listen(server, port);
}

async function read(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MAX_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Lambda sends JSON bodies as text and anything else as Base64; Base64 alone keeps every byte as it came. */
function toEvent(request: IncomingMessage, body: Buffer): LambdaFunctionURLEvent {
  const [rawPath = "/", rawQueryString = ""] = (request.url ?? "/").split("?");
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(",") : value,
    ]),
  );
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath,
    rawQueryString,
    headers,
    requestContext: {
      accountId: "anonymous",
      apiId: "local",
      domainName: "localhost",
      domainPrefix: "local",
      http: {
        method: request.method ?? "GET",
        path: rawPath,
        protocol: "HTTP/1.1",
        sourceIp: "127.0.0.1",
        userAgent: request.headers["user-agent"] ?? "",
      },
      requestId: randomUUID(),
      routeKey: "$default",
      stage: "$default",
      time: new Date().toUTCString(),
      timeEpoch: Date.now(),
    },
    body: body.toString("base64"),
    isBase64Encoded: true,
  };
}
