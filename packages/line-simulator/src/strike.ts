import type { Context, MiddlewareHandler } from "hono";
import { toResponse } from "./answer.ts";
import type { ApiEnv } from "./call.ts";
import { arrives, type Faults } from "./faults.ts";
import type { Wait } from "./platform.ts";
import type { Operation } from "./routes.ts";

/** The caller's connection broke: what `fetch` rejects with, like the one of Node. */
export class ConnectionLost extends TypeError {
  constructor() {
    super("fetch failed", { cause: new Error("The LINE simulator dropped the connection") });
  }
}

/** Lets faults strike the requests of an operation: on the way in, on the way out, or both. */
export function strike(
  operation: Operation,
  { faults, wait }: { faults: Faults; wait: Wait },
): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const fault = faults.next(operation);
    if (!fault) return next();
    const { signal } = c.req.raw;
    c.var.call.fault = fault.kind;
    if (fault.kind === "drop-request") throw new ConnectionLost();
    // A late request is answered after its caller has gone, and its body with it.
    await c.req.arrayBuffer();
    await orAborted(arrival(), signal);
    if (fault.kind === "lose-response") throw new ConnectionLost();
    if (fault.kind === "hang") await orAborted(new Promise<never>(() => {}), signal);
    if (fault.kind === "delay" && fault.late !== "request") await orAborted(wait(fault.ms, signal), signal);
    if (fault.kind === "status") replace(c, toResponse(fault.status, fault.body, fault.headers));

    /** What LINE does with it; not a thing when the fault keeps it away. */
    async function arrival(): Promise<void> {
      if (fault?.kind === "delay" && fault.late === "request") await wait(fault.ms);
      if (!arrives(fault)) return;
      await next();
      noteDecision(c);
    }
  };
}

export function noteDecision({ res, var: { call } }: Context<ApiEnv>): void {
  call.decided = res.status;
  call.accepted = res.status < 300;
}

/** Hono would keep the headers of the answer that is replaced. */
function replace(c: Context, response: Response): void {
  c.res = undefined;
  c.res = response;
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
