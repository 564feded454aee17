import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer, type HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";

/** The `fetch` of a hono app, or any other function of this shape. */
export type Fetch = (request: Request, env: HttpBindings) => Response | Promise<Response>;

export type Served = {
  /** `http://127.0.0.1:<port>`. */
  url: string;
  /** Ends open connections, and releases the port. */
  close(): Promise<void>;
};

/** Serves on loopback; port 0 is any free one. */
export const serve = (fetch: Fetch, port = 0): Promise<Served> => listen(createHttpServer(fetch), port);

/**
 * A server that does not listen yet. If `fetch` rejects, the connection is destroyed, as when an answer is
 * lost in the network. A caller that disconnects aborts its request's signal.
 */
export function createHttpServer(fetch: Fetch): Server {
  return createAdaptorServer({
    async fetch(request, env) {
      // Those of HTTP/1: nothing else is served.
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
 * Whether a request comes from this machine, and not from a web page of another site. Any page can make a
 * browser send requests to loopback: `Origin` then names that page or, if it used a host name of its own
 * that resolves to 127.0.0.1, `Host` has that name.
 */
export function isLocal(request: Request): boolean {
  const origin = request.headers.get("origin");
  return isLoopback(request.url) && (origin === null || isLoopback(origin));
}

/** Whether a URL or an origin names this machine. */
export function isLoopback(url: string): boolean {
  const { hostname } = URL.parse(url) ?? {};
  return hostname === "localhost" || hostname === "127.0.0.1" || hostname === "[::1]";
}
