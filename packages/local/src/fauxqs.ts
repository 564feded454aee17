import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { mkdirSync } from "node:fs";
import { type FauxqsServer, startFauxqs } from "fauxqs";

/** Node tells here that a server is about to listen, and where; it takes the options as they are then. */
const listening = "tracing:net.server.listen:asyncStart";

/**
 * fauxqs listens on every interface of the machine and has no option for another; ours must be on loopback only.
 *
 * @param directory where messages are kept between runs; nothing: in memory
 */
export async function startOnLoopback(port: number, directory: string | undefined): Promise<FauxqsServer> {
  if (directory) mkdirSync(directory, { recursive: true });
  subscribe(listening, moveToLoopback);
  try {
    const fauxqs = await startFauxqs({ port, logger: false, ...(directory && { dataDir: directory }) });
    if (new URL(fauxqs.address).hostname === "127.0.0.1") return fauxqs;
    await fauxqs.stop();
    throw new Error(`fauxqs listens on ${fauxqs.address}: it must not be reached from other machines`);
  } finally {
    unsubscribe(listening, moveToLoopback);
  }
}

function moveToLoopback(message: unknown): void {
  (message as { options: { host?: string } }).options.host = "127.0.0.1";
}
