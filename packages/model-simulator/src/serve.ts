import { isLocal, type Served, serve } from "@henji/loopback";
import type { ModelSimulator } from "./simulator.ts";

export type ServedModel = Served & {
  /** For `OPENAI_BASE_URL`: `http://127.0.0.1:<port>/v1`. */
  url: string;
};

/**
 * Serves a simulator on loopback. If its `fetch` rejects, the connection is destroyed, as when an answer is
 * lost in the network. Web pages of other sites can neither read requests nor set faults.
 *
 * @param options.port 0: any free port
 */
export async function serveModel(model: ModelSimulator, { port = 0 } = {}): Promise<ServedModel> {
  const forbidden = () => new Response("This simulator answers to loopback names only.\n", { status: 403 });
  const served = await serve((request) => (isLocal(request) ? model.fetch(request) : forbidden()), port);
  return { ...served, url: `${served.url}/v1` };
}
