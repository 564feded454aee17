import { isLocal, serve } from "@henji/loopback";

export type LineServer = {
  /** `http://127.0.0.1:<port>`. */
  url: string;
  /** Ends open connections, and releases the port. */
  close(): Promise<void>;
};

/**
 * Serves the simulator over HTTP, on loopback. If its `fetch` rejects, the connection is destroyed, as when
 * an answer is lost in the network. Web pages of other sites cannot use the admin API.
 */
export function serveLine(
  line: { fetch: (request: Request) => Promise<Response> },
  { port = 0 }: { port?: number | undefined } = {},
): Promise<LineServer> {
  const forbidden = () => new Response("The simulator accepts no requests from web pages\n", { status: 403 });
  return serve((request) => {
    const isAdmin = new URL(request.url).pathname.startsWith("/_simulator");
    return isAdmin && !isLocal(request) ? forbidden() : line.fetch(request);
  }, port);
}
