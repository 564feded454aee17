import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { mkdirSync } from "node:fs";
import { type FauxqsServer, startFauxqs } from "fauxqs";

/** Node publishes here before a server listens, and then uses the options of the message. */
const listening = "tracing:net.server.listen:asyncStart";

/**
 * Starts fauxqs on loopback only. fauxqs itself listens on every interface and has no option to change that.
 *
 * @param port default: any free port
 * @param directory where messages are kept between runs; default: in memory
 */
export async function startOnLoopback(port = 0, directory?: string): Promise<FauxqsServer> {
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
