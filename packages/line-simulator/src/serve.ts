import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { ConnectionLost } from "./api.ts";

export type LineServer = { url: string; close: () => Promise<void> };

/**
 * Serves the simulator over HTTP. Where its `fetch` rejects, the socket is
 * destroyed: that is what a lost answer looks like from the other side.
 */
export async function serveLine(
  line: { fetch: (request: Request) => Promise<Response> },
  options: { port?: number | undefined; host?: string | undefined } = {},
): Promise<LineServer> {
  const { port = 0, host = "127.0.0.1" } = options;
  const server = createServer((incoming, outgoing) => {
    answer(incoming, outgoing).catch((error: unknown) => {
      const expected = error instanceof ConnectionLost || outgoing.destroyed;
      if (!expected) console.error("LINE simulator:", error);
      outgoing.destroy();
    });
  });

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse) {
    const gone = new AbortController();
    outgoing.on("close", () => gone.abort(new ConnectionLost()));
    const url = new URL(incoming.url ?? "/", "http://localhost");
    if (url.pathname.startsWith("/_simulator") && isFromWebPage(incoming)) {
      outgoing.writeHead(403).end("The simulator takes no orders from web pages\n");
      return;
    }
    const response = await line.fetch(toRequest(incoming, url, gone.signal));
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    if (!response.body) {
      outgoing.end();
      return;
    }
    await pipeline(Readable.fromWeb(response.body as never), outgoing);
  }

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => resolve(server.off("error", reject) && undefined));
  });
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function toRequest(incoming: IncomingMessage, url: URL, signal: AbortSignal): Request {
  const { method = "GET" } = incoming;
  const headers = new Headers();
  for (let at = 0; at < incoming.rawHeaders.length; at += 2) {
    headers.append(incoming.rawHeaders[at]!, incoming.rawHeaders[at + 1]!);
  }
  if (method === "GET" || method === "HEAD") return new Request(url, { method, headers, signal });
  return new Request(url, {
    method,
    headers,
    signal,
    body: Readable.toWeb(incoming) as never,
    duplex: "half",
  });
}

/**
 * Any page in the developer's browser can post to loopback, and a rebound DNS
 * name even under its own origin: orders need no Origin and a plain local Host.
 */
function isFromWebPage({ headers }: IncomingMessage): boolean {
  return (
    headers.origin !== undefined || !/^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(headers.host ?? "")
  );
}
