import { type Answer, RATE_LIMIT_MESSAGE, Refusal, toResponse } from "./answer.ts";
import { readBody } from "./body.ts";
import { arrives, type Fault } from "./faults.ts";
import { createHandlers } from "./handlers.ts";
import { KEPT } from "./limits.ts";
import type { Call, Platform } from "./platform.ts";
import { createRateLimits, type RateLimits } from "./rate-limits.ts";
import { findRoute, type Operation } from "./routes.ts";

/** One call of the API, as LINE saw it and as its caller did. */
export type ApiCall = {
  requestId: string;
  at: number;
  method: string;
  path: string;
  /** Undefined for a path LINE does not have. */
  operation?: Operation;
  retryKey?: string;
  fault?: Fault["kind"];
  /** What LINE decided; undefined while it has not, and for requests that never arrived. */
  decided?: number;
  /** LINE answered 2xx and did what was asked, whether or not the caller heard of it. */
  accepted: boolean;
  /** What the caller got; undefined when no answer reached it (or not yet). */
  status?: number;
};

/** The caller's connection broke: what `fetch` rejects with, like the one of Node. */
export class ConnectionLost extends TypeError {
  constructor() {
    super("fetch failed", { cause: new Error("The LINE simulator dropped the connection") });
  }
}

/** The API as one function, faults included. */
export function createApi(platform: Platform, limits: RateLimits) {
  const { clock, ids, faults, wait, loading } = platform;
  const handlers = createHandlers(platform);
  const rates = createRateLimits({ clock, limits });
  const requests: ApiCall[] = [];

  function record(request: Request, url: URL): ApiCall {
    const call: ApiCall = {
      requestId: ids.request(),
      at: clock(),
      method: request.method,
      path: url.pathname,
      accepted: false,
    };
    const retryKey = request.headers.get("x-line-retry-key");
    if (retryKey !== null) call.retryKey = retryKey;
    requests.push(call);
    if (requests.length > KEPT.requests) requests.shift();
    return call;
  }

  async function decide(
    request: Request,
    bytes: Uint8Array | "too large",
    call: ApiCall,
    params: Call["params"],
  ) {
    const answer = await answerTo(request, bytes, call, params).catch((error: unknown) => {
      if (error instanceof Refusal) return error.answer;
      throw error;
    });
    call.decided = answer.status;
    call.accepted = answer.status < 300;
    return answer;
  }

  async function answerTo(
    request: Request,
    bytes: Uint8Array | "too large",
    { requestId, operation, retryKey }: ApiCall,
    params: Call["params"],
  ): Promise<Answer> {
    if (!operation) throw new Refusal(404, "Not found");
    authorize(request.headers.get("authorization"), platform.channelAccessToken);
    if (!rates.allows(operation)) throw new Refusal(429, RATE_LIMIT_MESSAGE);
    const body = request.method === "GET" ? undefined : parseBody(request, bytes);
    return handlers[operation]({ requestId, params, body, retryKey });
  }

  async function fetch(request: Request): Promise<Response> {
    const { signal } = request;
    signal.throwIfAborted();
    loading.sweep();
    const url = new URL(request.url);
    const call = record(request, url);
    const { requestId } = call;
    const route = findRoute(request.method, url);
    if (route) call.operation = route.operation;
    const fault = route && faults.next(route.operation);
    if (fault) call.fault = fault.kind;
    if (fault?.kind === "drop-request") throw new ConnectionLost();

    const bytes = await readBody(request);
    const decided = await orAborted(work(), signal);
    if (fault?.kind === "lose-response") throw new ConnectionLost();
    if (fault?.kind === "hang") await orAborted(new Promise<never>(() => {}), signal);
    if (fault?.kind === "delay" && fault.late !== "request") await orAborted(wait(fault.ms, signal), signal);
    const answer: Answer = fault?.kind === "status" ? fault : decided!;
    call.status = answer.status;
    return toResponse(answer, requestId);

    /** What LINE does with it; not a thing when the fault keeps it away. */
    async function work(): Promise<Answer | undefined> {
      if (fault?.kind === "delay" && fault.late === "request") await wait(fault.ms);
      return arrives(fault) ? decide(request, bytes, call, route?.params ?? {}) : undefined;
    }
  }

  return { fetch, requests };
}

/** Rejects as soon as the caller gives up; the work itself goes on, as it does behind a network. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(signal.reason);
    if (signal.aborted) giveUp();
    signal.addEventListener("abort", giveUp, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", giveUp));
  });
}

function authorize(header: string | null, token: string) {
  if (header === null) {
    const scheme = "'Authorization: Bearer <ACCESS TOKEN>'";
    throw new Refusal(401, `Authorization header required. Must follow the scheme, ${scheme}`);
  }
  if (header === `Bearer ${token}`) return;
  const advice = "Confirm that the access token in the authorization header is valid.";
  throw new Refusal(401, `Authentication failed due to the following reason: invalid token. ${advice}`);
}

function parseBody(request: Request, bytes: Uint8Array | "too large"): unknown {
  if (bytes === "too large") throw new Refusal(413, "Payload Too Large");
  if (bytes.length === 0 && request.headers.get("content-type") === null) return undefined;
  const type = request.headers.get("content-type");
  if (!/^application\/json\s*(;|$)/i.test(type ?? "")) {
    throw new Refusal(415, `The content type, ${type}, is not supported`);
  }
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    const [, line = "-", column = "-"] = /line (\d+) column (\d+)/.exec(String(error)) ?? [];
    throw new Refusal(400, `The request body could not be parsed as JSON (line: ${line}, column: ${column})`);
  }
}
