import type { LambdaFunctionURLEvent, LambdaFunctionURLResult } from "aws-lambda";

/** A Function URL event (payload 2.0) as a Request; the body's bytes stay exactly as they came. */
export function fromFunctionUrl(event: LambdaFunctionURLEvent): Request {
  const { method } = event.requestContext.http;
  const headers = Object.entries(event.headers).filter(
    (header): header is [string, string] => header[1] !== undefined,
  );
  const url = `https://${event.requestContext.domainName}${event.rawPath}`;
  const body = Buffer.from(event.body ?? "", event.isBase64Encoded ? "base64" : "utf8");
  return new Request(url, { method, headers, ...(method !== "GET" && method !== "HEAD" && { body }) });
}

export async function toFunctionUrl(response: Response): Promise<LambdaFunctionURLResult> {
  return { statusCode: response.status, body: await response.text() };
}
