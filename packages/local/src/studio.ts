import type { TurnStore } from "@henji/core/turn/store";
import type { LineSimulator } from "@henji/line-simulator";
import { createHttpServer, listen } from "@henji/loopback";
import type { ModelSimulator } from "@henji/model-simulator";
import type { SlackSimulator } from "@henji/slack-simulator";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { Hono } from "hono";
import { streamSSE } from "hono/streaming";
import type { BotInUse } from "./bot-in-use.ts";
import type { Told } from "./dev-tell.ts";
import type { OperatorsSide } from "./operators-side.ts";
import { createRehearsal } from "./rehearsal.ts";
import { createActs } from "./studio-act.ts";
import { boundedBody } from "./studio-body.ts";
import { createFeed, type Feed } from "./studio-feed.ts";
import { createGroupApi } from "./studio-groups.ts";
import { isOwn } from "./studio-origin.ts";
import { createPage } from "./studio-page.ts";
import { createParkedApi } from "./studio-parked.ts";
import { createRehearsalApi } from "./studio-rehearsal.ts";
import { createScriptApi } from "./studio-script.ts";
import { createSendApi } from "./studio-send.ts";
import { createToldApi } from "./studio-told.ts";
import { createTraceApi } from "./studio-traces.ts";
import { createUserApi } from "./studio-users.ts";
import type { ChatMemory, StudioInfo } from "./studio-view.ts";

export type { StudioInfo } from "./studio-view.ts";

export type StudioOptions = {
  line: LineSimulator;
  /** Only of a bot on Slack. */
  slack?: SlackSimulator | undefined;
  /** The stand-in, to be scripted and broken on purpose; undefined with a real model. */
  model: ModelSimulator | undefined;
  /** What the bot remembers of a user's chat. */
  memory: (userId: string) => Promise<ChatMemory>;
  turns: Pick<TurnStore, "read">;
  operators: OperatorsSide;
  /** The settings that the worker has read. */
  bot: () => Pick<BotInUse, "memory">;
  /** Called with what a worker in another process tells. Default: the worker is in this one. */
  hear?: (told: Told) => void;
  /** On loopback; 0: any free port. */
  port: number;
  info: StudioInfo;
};

export type Studio = {
  url: string;
  /** To be called when what runs has changed, such as the model. */
  setInfo(info: StudioInfo): void;
  close(): Promise<void>;
};

const HEARTBEAT_MS = 15_000;
const RECONNECT_MS = 1_000;

const headers = {
  "content-security-policy": [
    "default-src 'self'",
    // Vite's client: a socket on this port, which 'self' covers, an overlay for errors, a worker that waits for a restart.
    "connect-src 'self'",
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

/** Serves the page to chat with the bot and to see the trace of each message. */
export async function startStudio(options: StudioOptions): Promise<Studio> {
  const { line, slack, model, operators, bot, port, info } = options;
  if (line.users().length === 0 && !info.onLine) {
    const language = Intl.DateTimeFormat().resolvedOptions().locale;
    for (const name of ["Aki", "Ben"]) line.addUser({ name, language });
  }
  const retentionDays = () => bot().memory.retentionDays;
  const rehearsal = createRehearsal({ line: info.onLine ? undefined : line, model });
  const feed = createFeed({ line, slack, model, info, rehearsal, operators, retentionDays });
  const api = createApi(feed, options);
  const server = createHttpServer(async (request, { incoming, outgoing }) => {
    for (const [name, value] of Object.entries(headers)) outgoing.setHeader(name, value);
    if (!isOwn(request)) return new Response(null, { status: 403 });
    if (new URL(request.url).pathname.startsWith("/api/")) return api.fetch(request);
    return page.then(
      (vite) => {
        vite.serve(incoming, outgoing);
        return RESPONSE_ALREADY_SENT;
      },
      (error: Error) => new Response(error.message, { status: 500 }),
    );
  });
  const page = createPage(server);
  // A failure is answered when the page is requested.
  page.catch(() => {});

  /** Before the server: it cannot close while Vite holds a socket on it. */
  async function closePage(): Promise<void> {
    await feed.close();
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

function createApi(feed: Feed, { line, slack, memory, turns, hear, info }: StudioOptions): Hono {
  const api = new Hono().basePath("/api");
  api.use(boundedBody);
  api.get("/events", (c) =>
    streamSSE(c, async (stream) => {
      const send = (event: string, data: unknown) => stream.writeSSE({ event, data: JSON.stringify(data) });
      // The whole view first, then each change; after a reconnect again.
      void stream.write(`retry: ${RECONNECT_MS}\n\n`);
      void send("view", feed.view());
      const unsubscribe = feed.subscribe((change) => void send("change", change));
      const heartbeat = setInterval(() => void stream.write(":\n\n"), HEARTBEAT_MS);
      await new Promise<void>((resolve) => stream.onAbort(resolve));
      unsubscribe();
      clearInterval(heartbeat);
    }),
  );
  api.get("/memory", async (c) => {
    const chatId = c.req.query("chatId") ?? "";
    return feed.chats().some(({ id }) => id === chatId) ? c.json(await memory(chatId)) : c.body(null, 404);
  });
  api.route("/", createTraceApi(feed, turns));
  api.route("/", createRehearsalApi(feed));
  api.route("/", createScriptApi(feed));
  api.route("/", createParkedApi(feed.parked));
  if (!info.onLine) {
    const acts = createActs(line);
    api.route("/", createSendApi(line, acts, slack));
    for (const create of [createUserApi, createGroupApi]) api.route("/", create(line, acts));
  }
  if (hear) api.route("/", createToldApi(hear));
  return api;
}
