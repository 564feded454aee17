import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export type Page = {
  serve(request: IncomingMessage, response: ServerResponse): void;
  close(): Promise<void>;
};

const root = fileURLToPath(new URL("../studio", import.meta.url));
const view = fileURLToPath(new URL("studio-view.ts", import.meta.url));
const preact = dirname(dirname(fileURLToPath(import.meta.resolve("preact"))));

/**
 * Serves the page's files through Vite, compiled on request; an edit reloads the page over a socket on
 * the same port. Vite is imported here, so that only the page waits for it.
 */
export async function createPage(server: Server): Promise<Page> {
  const { createServer } = await import("vite");
  const vite = await createServer({
    root,
    configFile: false,
    envDir: false,
    publicDir: false,
    cacheDir: join(root, "node_modules", ".vite"),
    appType: "mpa",
    logLevel: "error",
    clearScreen: false,
    oxc: { jsx: { runtime: "automatic", importSource: "preact", development: false } },
    // Preact is one small ES module: bundling it first would cost time and write files.
    optimizeDeps: { noDiscovery: true, include: [] },
    server: {
      middlewareMode: true,
      ws: { server },
      // Only the files of the page; nothing else of this repository.
      fs: { strict: true, allow: [root, view, preact] },
    },
  });
  return {
    serve(request, response) {
      vite.middlewares(request, response, () => void response.writeHead(404).end());
    },
    close: () => vite.close(),
  };
}
