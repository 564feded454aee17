import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { LineSimulator } from "@henji/line-simulator";
import { listen } from "./listen.ts";
import { createFeed, type Feed } from "./studio-feed.ts";
import { isOwn } from "./studio-origin.ts";
import { createPage } from "./studio-page.ts";
import { createActs } from "./studio-users.ts";
import type { ChatMemory, StudioInfo } from "./studio-view.ts";

export type { StudioInfo } from "./studio-view.ts";

export type StudioOptions = {
  line: LineSimulator;
  /** What the bot remembers of a user's chat. */
  memory: (userId: string) => Promise<ChatMemory>;
  /** On loopback; 0: any free one. */
  port: number;
  info: StudioInfo;
};

export type Studio = {
  url: string;
  /** When something else runs now, such as another model. */
  setInfo(info: StudioInfo): void;
  close(): Promise<void>;
};

/** 5,000 characters of three bytes, escaped, and some more. */
const MAX_BODY_BYTES = 64 * 1024;

const HEARTBEAT_MS = 15_000;

const headers = {
  "content-security-policy": [
    "default-src 'self'",
    // Vite's client: a socket on this port, an overlay for mistakes, a worker that waits for a restart.
    "connect-src 'self' ws:",
    "style-src 'self' 'unsafe-inline'",
    "worker-src 'self' blob:",
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; "),
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/** Serves the page to chat with the bot and to see the way of each message. */
export async function startStudio({ line, memory, port, info }: StudioOptions): Promise<Studio> {
  if (line.users().length === 0) for (const name of ["Aki", "Ben"]) line.addUser({ name });
  const feed = createFeed({ line, info });
  const acts = createActs(line);
  const server = createServer((request, response) => {
    handle(request, response).catch(() => {
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  const page = createPage(server);
  // Its failure shows when the page is asked for; until then nobody waits for it.
  page.catch(() => {});

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    if (!isOwn(request)) return end(response, 403);
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://studio");
    if (!pathname.startsWith("/api/")) return (await page).serve(request, response);
    if (request.method === "POST") return act(pathname, request, response);
    switch (`${request.method} ${pathname}`) {
      case "GET /api/events":
        return stream(feed, response);
      case "GET /api/memory":
        return tellMemory(searchParams.get("userId"), response);
      default:
        return end(response, 404);
    }
  }

  async function act(name: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const run = acts[name];
    if (!run) return end(response, 404);
    const { status, body } = run(await readJson(request));
    return end(response, status, body);
  }

  async function tellMemory(userId: string | null, response: ServerResponse): Promise<void> {
    const isKnown = line.users().some((user) => user.userId === userId);
    return isKnown ? end(response, 200, await memory(userId!)) : end(response, 404);
  }

  /** The page first: a server does not close before the sockets that Vite holds on it. */
  async function closePage(): Promise<void> {
    feed.close();
    await page.then(
      (vite) => vite.close(),
      () => {},
    );
  }

  try {
    const { url, close } = await listen(server, port);
    return {
      url,
      setInfo: feed.setInfo,
      async close() {
        await closePage();
        await close();
      },
    };
  } catch (error) {
    await closePage();
    throw error;
  }
}

/** Server-sent events: the whole view first, then each change. A page that reconnects starts over. */
function stream(feed: Feed, response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  const send = (event: string, data: unknown) =>
    response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  response.write("retry: 1000\n\n");
  send("view", feed.view());
  const unsubscribe = feed.subscribe((change) => send("change", change));
  const heartbeat = setInterval(() => response.write(":\n\n"), HEARTBEAT_MS);
  response.on("close", () => {
    unsubscribe();
    clearInterval(heartbeat);
  });
}

/** @returns nothing if it is too long, or no JSON */
async function readJson(request: IncomingMessage): Promise<unknown> {
  // A form of another site cannot claim this type without asking first.
  if (request.headers["content-type"]?.split(";")[0] !== "application/json") return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    return undefined;
  }
}

function end(response: ServerResponse, status: number, body?: object): void {
  if (body) response.setHeader("content-type", "application/json");
  response.writeHead(status).end(body && JSON.stringify(body));
}
