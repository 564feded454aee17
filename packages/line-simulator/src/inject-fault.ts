import type { Context, MiddlewareHandler } from "hono";
import { toResponse } from "./answer.ts";
import { ConnectionLost } from "./connection-lost.ts";
import { arrives } from "./fault.ts";
import type { Faults } from "./faults.ts";
import type { ApiEnv } from "./handler.ts";
import type { Wait } from "./platform.ts";
import type { Operation } from "./routes.ts";

/** Applies faults to the requests of an operation: before its effect, after it, or in its place. */
export function injectFault(
  operation: Operation,
  { faults, wait }: { faults: Faults; wait: Wait },
): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const fault = faults.next(operation);
    if (!fault) return next();
    const { signal } = c.req.raw;
    c.var.call.fault = fault.kind;
    if (fault.kind === "drop-request") throw new ConnectionLost();
    // Read first: a late request runs after its caller has disconnected, when its body is no longer there.
    await c.req.arrayBuffer();
    await orAborted(arrival(), signal);
    if (fault.kind === "lose-response") throw new ConnectionLost();
    if (fault.kind === "hang") await orAborted(new Promise<never>(() => {}), signal);
    if (fault.kind === "delay" && fault.late !== "request") await orAborted(wait(fault.ms, signal), signal);
    if (fault.kind === "stall") replace(c, await stalling(c.res, signal));
    if (fault.kind === "status") replace(c, toResponse(fault.status, fault.body, fault.headers));

    /** Runs the request, unless the fault keeps it from arriving. */
    async function arrival(): Promise<void> {
      if (fault?.kind === "delay" && fault.late === "request") await wait(fault.ms);
      if (!arrives(fault)) return;
      await next();
      recordDecision(c);
    }
  };
}

export function recordDecision({ res, var: { call } }: Context<ApiEnv>): void {
  call.decided = res.status;
  call.accepted = res.status < 300;
}

/** Hono would keep the headers of the replaced response. */
function replace(c: Context, response: Response): void {
  c.res = undefined;
  c.res = response;
}

/** The same response, whose body ends in the middle and never closes. */
async function stalling(response: Response, signal: AbortSignal): Promise<Response> {
  const { status, headers } = response;
  const bytes = new Uint8Array(await response.arrayBuffer());
  const body = new ReadableStream({
    start(stream) {
      stream.enqueue(bytes.subarray(0, bytes.length / 2));
      signal.addEventListener("abort", () => stream.error(signal.reason), { once: true });
    },
  });
  return new Response(body, { status, headers });
}

/** Rejects as soon as the caller gives up; the work itself goes on, as in a real server. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(signal.reason);
    if (signal.aborted) giveUp();
    signal.addEventListener("abort", giveUp, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", giveUp));
  });
}
