import { AsyncLocalStorage } from "node:async_hooks";
import { subscribe } from "node:diagnostics_channel";

/** Not a byte of the request was written, and none will be: nothing can have happened on the other side. */
export class RequestNotSent extends Error {
  override readonly name = "RequestNotSent";

  constructor(cause: unknown) {
    super("No connection was made", { cause });
  }
}

/** What Node has said of the requests that one call of `fetch` has made. */
type Call = { wasSeen: boolean; wasWritten: boolean };

const current = new AsyncLocalStorage<Call>();
const calls = new WeakMap<object, Call>();
/** Until a response comes to a request that was never said to be written: then Node no longer says so. */
let isTold = true;

/** Published in the context of the call that makes the request; another one may write it later. */
subscribe("undici:request:create", (message) => {
  const call = current.getStore();
  if (!call) return;
  call.wasSeen = true;
  calls.set((message as { request: object }).request, call);
});

/** Published right before the first byte; a request that was aborted before never comes here. */
subscribe("undici:client:sendHeaders", (message) => {
  const call = calls.get((message as { request: object }).request);
  if (call) call.wasWritten = true;
});

/**
 * A `fetch` that throws {@link RequestNotSent} if it is certain that nothing was sent, for whatever reason
 * it failed. A time-out alone does not tell: Node tries to connect for ten seconds, which is longer than
 * anybody here waits.
 */
export function tellingUnsent(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
  return async (input, init) => {
    const call: Call = { wasSeen: false, wasWritten: false };
    try {
      const response = await current.run(call, () => fetch(input, init));
      if (call.wasSeen && !call.wasWritten) isTold = false;
      return response;
    } catch (cause) {
      throw isTold && call.wasSeen && !call.wasWritten ? new RequestNotSent(cause) : cause;
    }
  };
}
