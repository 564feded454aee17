import { type Served, serve } from "@henji/loopback";

export type SlackServer = Served;

/** Serves the simulator over HTTP, on loopback. Its Web API is under `/api`. */
export function serveSlack(
  slack: { fetch: (request: Request) => Promise<Response> },
  { port = 0 }: { port?: number | undefined } = {},
): Promise<SlackServer> {
  return serve((request) => slack.fetch(request), port);
}
