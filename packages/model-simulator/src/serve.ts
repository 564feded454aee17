import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { ModelSimulator } from "./simulator.ts";

export type ServedModel = {
  /** For `OPENAI_BASE_URL`: `http://127.0.0.1:<port>/v1`. */
  url: string;
  /** Breaks off what still runs, and frees the port. */
  close(): Promise<void>;
};

/**
 * Serves a simulator on loopback. A request that the simulator lets fall loses
 * its connection, as it would in a network.
 *
 * @param options.port 0 for one that is free
 */
export async function serveModel(model: ModelSimulator, { port = 0 } = {}): Promise<ServedModel> {
  const server = createServer((incoming, outgoing) => {
    answer(model, incoming, outgoing).catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `${origin}/v1`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}

async function answer(model: ModelSimulator, incoming: IncomingMessage, outgoing: ServerResponse) {
  const gone = new AbortController();
  outgoing.once("close", () => gone.abort());
  const response = isFromHere(incoming)
    ? await model.fetch(await toRequest(incoming, gone.signal))
    : new Response("This simulator answers to loopback names only.\n", { status: 403 });
  const body = Buffer.from(await response.arrayBuffer());
  outgoing.writeHead(response.status, Object.fromEntries(response.headers)).end(body);
}

/** A web page from elsewhere must not read what was asked, or set faults: not even by DNS rebinding. */
const isFromHere = ({ headers: { host, origin = "http://localhost" } }: IncomingMessage) =>
  isLoopback(`http://${host}`) && isLoopback(origin);

const isLoopback = (origin: string) => /^https?:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(origin);

async function toRequest(incoming: IncomingMessage, signal: AbortSignal): Promise<Request> {
  const { method = "GET", url = "/", headers } = incoming;
  const body = method === "GET" || method === "HEAD" ? null : Buffer.concat(await incoming.toArray());
  const pairs = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined || Array.isArray(value) ? [] : [[name, value] as [string, string]],
  );
  return new Request(new URL(url, "http://127.0.0.1"), { method, headers: pairs, body, signal });
}
