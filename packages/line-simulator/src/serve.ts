import { isFromHere, type Served, serve } from "@henji/loopback";

export type LineServer = Served;

/**
 * Serves the simulator over HTTP, on loopback. Where its `fetch` rejects, the connection breaks: that is
 * what a lost answer looks like from the other side. No web page from elsewhere can give it orders.
 */
export function serveLine(
  line: { fetch: (request: Request) => Promise<Response> },
  { port = 0 }: { port?: number | undefined } = {},
): Promise<LineServer> {
  const forbidden = () => new Response("The simulator takes no orders from web pages\n", { status: 403 });
  return serve((request) => {
    const isOrder = new URL(request.url).pathname.startsWith("/_simulator");
    return isOrder && !isFromHere(request) ? forbidden() : line.fetch(request);
  }, port);
}
