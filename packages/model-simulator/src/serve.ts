import { isFromHere, type Served, serve } from "@henji/loopback";
import type { ModelSimulator } from "./simulator.ts";

export type ServedModel = Served & {
  /** For `OPENAI_BASE_URL`: `http://127.0.0.1:<port>/v1`. */
  url: string;
};

/**
 * Serves a simulator on loopback. A request that the simulator lets fall loses its connection, as it
 * would in a network. A web page from elsewhere can neither read what was asked nor set faults.
 *
 * @param options.port 0 for one that is free
 */
export async function serveModel(model: ModelSimulator, { port = 0 } = {}): Promise<ServedModel> {
  const forbidden = () => new Response("This simulator answers to loopback names only.\n", { status: 403 });
  const served = await serve((request) => (isFromHere(request) ? model.fetch(request) : forbidden()), port);
  return { ...served, url: `${served.url}/v1` };
}
