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
  if (directory) {
    mkdirSync(directory, { recursive: true });
    await mendPersistence();
  }
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

type Persistence = {
  db: { prepare(sql: string): { run(...values: string[]): unknown } };
  updateMessageReady(messageId: string): void;
};

/**
 * Of a message that is made visible, fauxqs 2.4.1 stores a receive count of NULL, which its own schema forbids: the
 * call fails, and nobody receives the message until the next start.
 */
async function mendPersistence(): Promise<void> {
  const file = new URL("./persistence.js", import.meta.resolve("fauxqs")).href;
  const { PersistenceManager } = (await import(file)) as { PersistenceManager: { prototype: Persistence } };
  const sql =
    "UPDATE sqs_messages SET receipt_handle = NULL, visibility_deadline = NULL WHERE message_id = ?";
  PersistenceManager.prototype.updateMessageReady = function (messageId) {
    this.db.prepare(sql).run(messageId);
  };
}
