import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer, type HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";

/** What answers requests: the `fetch` of a hono app, or any other function of this shape. */
export type Answering = (request: Request, env: HttpBindings) => Response | Promise<Response>;

export type Served = {
  /** `http://127.0.0.1:<port>`. */
  url: string;
  /** Breaks off what still runs, and frees the port. */
  close(): Promise<void>;
};

/** Serves on loopback; port 0 is any free one. */
export const serve = (fetch: Answering, port = 0): Promise<Served> => listen(createHttpServer(fetch), port);

/**
 * A server that does not listen yet. Where `fetch` rejects, the connection breaks: that is what a lost
 * answer looks like from the other side. A caller that hangs up aborts its request's signal.
 */
export function createHttpServer(fetch: Answering): Server {
  return createAdaptorServer({
    async fetch(request, env) {
      // Of HTTP/1, which is all that is served here.
      const bindings = env as HttpBindings;
      try {
        return await fetch(request, bindings);
      } catch {
        bindings.outgoing.destroy();
        return RESPONSE_ALREADY_SENT;
      }
    },
  }) as Server;
}

/** Starts any server on loopback, and on no other interface; closing it ends its open connections too. */
export async function listen(server: Server, port: number): Promise<Served> {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/**
 * Whether a request comes from this machine, and from no web page of another site. Any page can make a
 * browser send requests to loopback: its own name in `Origin` gives it away and, with a name of its own
 * that points to 127.0.0.1, the `Host`.
 */
export function isFromHere(request: Request): boolean {
  const origin = request.headers.get("origin");
  return isLoopback(request.url) && (origin === null || isLoopback(origin));
}

/** Whether a URL or an origin names this machine. */
export function isLoopback(url: string): boolean {
  const { hostname } = URL.parse(url) ?? {};
  return hostname === "localhost" || hostname === "127.0.0.1" || hostname === "[::1]";
}
