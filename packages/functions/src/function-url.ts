import type { Log } from "@henji/core/log";
import type { LambdaFunctionURLEvent, LambdaFunctionURLResult } from "aws-lambda";

/**
 * Serves a Function URL (payload 2.0) by `fetch`. What Lambda lets through and a Request cannot hold,
 * such as a header outside Latin-1 or the method TRACE, is answered 400.
 */
export function functionUrlHandler(fetch: (request: Request) => Promise<Response>, log: Log) {
  return async (event: LambdaFunctionURLEvent): Promise<LambdaFunctionURLResult> => {
    const request = toRequest(event);
    if (request) return toResult(await fetch(request));
    log.warn("webhook.malformed", { status: 400 });
    return toResult(new Response(null, { status: 400 }));
  };
}

/** The body's bytes stay exactly as they came. */
function toRequest(event: LambdaFunctionURLEvent): Request | undefined {
  const { method } = event.requestContext.http;
  const headers = Object.entries(event.headers).filter(
    (header): header is [string, string] => header[1] !== undefined,
  );
  const url = `https://${event.requestContext.domainName}${event.rawPath}`;
  const body = Buffer.from(event.body ?? "", event.isBase64Encoded ? "base64" : "utf8");
  try {
    return new Request(url, { method, headers, ...(method !== "GET" && method !== "HEAD" && { body }) });
  } catch {
    return undefined;
  }
}

async function toResult(response: Response): Promise<LambdaFunctionURLResult> {
  const type = response.headers.get("content-type");
  return {
    statusCode: response.status,
    // Lambda would call it JSON.
    ...(type !== null && { headers: { "content-type": type } }),
    body: await response.text(),
  };
}
