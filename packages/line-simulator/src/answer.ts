export type ErrorDetail = { message: string; property: string };

/** Thrown by a handler that refuses a request, before anything has changed. */
export class Refusal extends Error {
  readonly status: number;
  readonly body: object;
  readonly headers: Record<string, string>;

  constructor(
    status: number,
    message: string,
    more: { body?: object; headers?: Record<string, string> } = {},
  ) {
    super(message);
    this.name = "Refusal";
    this.status = status;
    this.body = { message, ...more.body };
    this.headers = more.headers ?? {};
  }
}

/** LINE's 400 for a body that is JSON but not what the endpoint takes. */
export function invalidBody(details: ErrorDetail[]): Refusal {
  return new Refusal(400, `The request body has ${details.length} error(s)`, { body: { details } });
}

/** LINE's 400 for a part of the path or query. */
export function invalidParameter(name: string): Refusal {
  return new Refusal(400, `The value for the '${name}' parameter is invalid`);
}

/** LINE's 400 for a body that is no JSON, or missing. */
export function unparsableBody(line = "-", column = "-"): Refusal {
  return new Refusal(400, `The request body could not be parsed as JSON (line: ${line}, column: ${column})`);
}

export const RATE_LIMIT_MESSAGE = "The API rate limit has been exceeded. Try again later.";
export const MONTHLY_LIMIT_MESSAGE = "You have reached your monthly limit.";

/** A JSON response as LINE's; a string is sent as it is, for faults that answer with a proxy's HTML. */
export function toResponse(
  status: number,
  body: unknown = {},
  headers: Record<string, string> = {},
): Response {
  return new Response(typeof body === "string" ? body : JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json", ...headers },
  });
}
