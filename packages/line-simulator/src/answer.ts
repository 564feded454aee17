/** What LINE decided to answer, before it becomes a Response (or gets lost on the way). */
export type Answer = {
  status: number;
  /** JSON; a string goes out as it is, for faults that answer a proxy's HTML. */
  body?: unknown;
  /** Instead of a JSON body: the bytes of an image, video, audio or file. */
  bytes?: Uint8Array;
  headers?: Record<string, string> | undefined;
};

export type ErrorDetail = { message: string; property: string };

/** Thrown by a handler that will not do what it was asked; nothing has changed by then. */
export class Refusal extends Error {
  readonly answer: Answer;

  constructor(
    status: number,
    message: string,
    more: { body?: object; headers?: Record<string, string> } = {},
  ) {
    super(message);
    this.name = "Refusal";
    const { body, headers } = more;
    this.answer = { status, body: { message, ...body }, ...(headers && { headers }) };
  }
}

/** LINE's 400 for a body that is JSON but not what the endpoint takes. */
export function invalidBody(details: ErrorDetail[]): Refusal {
  return new Refusal(400, `The request body has ${details.length} error(s)`, { body: { details } });
}

export const RATE_LIMIT_MESSAGE = "The API rate limit has been exceeded. Try again later.";
export const MONTHLY_LIMIT_MESSAGE = "You have reached your monthly limit.";

export function toResponse(answer: Answer, requestId: string): Response {
  const { status, body, bytes, headers } = answer;
  const content = bytes
    ? new Uint8Array(bytes)
    : typeof body === "string"
      ? body
      : JSON.stringify(body ?? {});
  return new Response(content, {
    status,
    headers: { "content-type": "application/json", ...headers, "x-line-request-id": requestId },
  });
}
