import type { WebhookAnswer, WebhookRequest } from "@henji/core/ingress";
import type { LambdaFunctionURLEvent, LambdaFunctionURLResult } from "aws-lambda";

/** Serves a Function URL (payload 2.0), whose header names are in lower case. */
export function functionUrlHandler(serve: (request: WebhookRequest) => Promise<WebhookAnswer>) {
  return async (event: LambdaFunctionURLEvent): Promise<LambdaFunctionURLResult> => {
    const { status, text } = await serve(toRequest(event));
    // Lambda would call it JSON.
    return { statusCode: status, headers: { "content-type": "text/plain;charset=UTF-8" }, body: text };
  };
}

/** The body's bytes stay exactly as they came. */
function toRequest({
  requestContext,
  headers,
  body,
  isBase64Encoded,
}: LambdaFunctionURLEvent): WebhookRequest {
  const sent = new Map(Object.entries(headers));
  return {
    method: requestContext.http.method,
    headers: { get: (name) => sent.get(name) ?? null, has: (name) => sent.has(name) },
    body: [Buffer.from(body ?? "", isBase64Encoded ? "base64" : "utf8")],
  };
}
