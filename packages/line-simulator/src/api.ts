import { Hono, type MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { invalidParameter, RATE_LIMIT_MESSAGE, Refusal, toResponse, unparsableBody } from "./answer.ts";
import type { ApiCall } from "./call.ts";
import { ConnectionLost } from "./connection-lost.ts";
import type { ApiEnv } from "./handler.ts";
import { createHandlers } from "./handlers.ts";
import { isGroupId, isRoomId, isUserId } from "./ids.ts";
import { injectFault, recordDecision } from "./inject-fault.ts";
import { KEPT, MAX_BODY_BYTES } from "./limits.ts";
import type { Platform } from "./platform.ts";
import { createRateLimits, type RateLimits } from "./rate-limits.ts";
import { isServedBy, type Operation, ROUTES } from "./routes.ts";

/** The Messaging API as a hono app, faults included. */
export function createApi(platform: Platform, limits: RateLimits) {
  const { clock, ids, loading, channelAccessToken } = platform;
  const handlers = createHandlers(platform);
  const rates = createRateLimits({ clock, limits });
  const requests: ApiCall[] = [];
  const app = new Hono<ApiEnv>();

  app.use(async (c, next) => {
    c.req.raw.signal.throwIfAborted();
    loading.sweep();
    const { method, path } = c.req;
    const call: ApiCall = { requestId: ids.request(), at: clock(), method, path, accepted: false };
    const retryKey = c.req.header("x-line-retry-key");
    if (retryKey !== undefined) call.retryKey = retryKey;
    requests.push(call);
    if (requests.length > KEPT.requests) requests.shift();
    c.set("call", call);
    await next();
    if (call.fault === undefined) recordDecision(c);
    call.status = c.res.status;
    c.header("x-line-request-id", call.requestId);
  });
  app.use(bodyLimit({ maxSize: MAX_BODY_BYTES, onError: tooLarge }));

  /** The checks that need no body. */
  function admit(operation: Operation): MiddlewareHandler<ApiEnv> {
    return async (c, next) => {
      authorize(c.req.header("authorization"), channelAccessToken);
      if (!rates.allows(operation)) throw new Refusal(429, RATE_LIMIT_MESSAGE);
      checkIds(c.req.param());
      await next();
    };
  }

  for (const { operation, method, path } of ROUTES) {
    app.on(
      method,
      path,
      onItsHost(operation),
      injectFault(operation, platform),
      admit(operation),
      readBody,
      handlers[operation],
    );
  }
  app.notFound((c) => {
    const message = `Not found: the LINE simulator has no ${c.req.method} ${c.req.path}`;
    return toResponse(404, { message });
  });
  app.onError((error, c) => {
    if (error instanceof Refusal) return toResponse(error.status, error.body, error.headers);
    if (error instanceof ConnectionLost || c.req.raw.signal.aborted) throw error;
    console.error("LINE simulator:", error);
    return toResponse(500, { message: `The LINE simulator failed: ${error.message}` });
  });

  return { fetch: async (request: Request): Promise<Response> => app.fetch(request), requests };
}

function tooLarge(): never {
  throw new Refusal(413, "Payload Too Large");
}

function onItsHost(operation: Operation): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    if (!isServedBy(new URL(c.req.url).hostname, operation)) return c.notFound();
    c.var.call.operation = operation;
    return next();
  };
}

function authorize(header: string | undefined, token: string) {
  if (header === undefined) {
    const scheme = "'Authorization: Bearer <ACCESS TOKEN>'";
    throw new Refusal(401, `Authorization header required. Must follow the scheme, ${scheme}`);
  }
  if (header === `Bearer ${token}`) return;
  const advice = "Confirm that the access token in the authorization header is valid.";
  throw new Refusal(401, `Authentication failed due to the following reason: invalid token. ${advice}`);
}

const ID_RULES: Record<string, (id: string) => boolean> = {
  userId: isUserId,
  groupId: isGroupId,
  roomId: isRoomId,
};

function checkIds(params: Record<string, string>) {
  const wrong = Object.entries(params).find(([name, id]) => ID_RULES[name]?.(id) === false);
  if (wrong) throw invalidParameter(wrong[0]);
}

/** An empty body is no body, whatever its type: LINE's SDK sends `leave` with the type of JSON. */
const readBody: MiddlewareHandler<ApiEnv> = async (c, next) => {
  const bytes = c.req.method === "GET" ? new ArrayBuffer() : await c.req.arrayBuffer();
  if (bytes.byteLength > 0) c.set("body", parse(c.req.header("content-type") ?? "", bytes));
  await next();
};

function parse(type: string, bytes: ArrayBuffer): unknown {
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    throw new Refusal(415, `The content type, ${type}, is not supported`);
  }
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    const [, line, column] = /line (\d+) column (\d+)/.exec(String(error)) ?? [];
    throw unparsableBody(line, column);
  }
}
