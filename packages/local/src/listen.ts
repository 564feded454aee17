import type { Server } from "node:http";
import { portOf } from "./port.ts";

/** Starts a server on loopback; closing it ends its open connections too. */
export async function listen(server: Server, port: number): Promise<{ url: string; close(): Promise<void> }> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(port, "127.0.0.1", resolve);
  await promise;
  server.off("error", reject);
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    close() {
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      server.closeAllConnections();
      return closed.promise;
    },
  };
}
