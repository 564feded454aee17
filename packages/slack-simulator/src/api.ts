import { arrives, type Faults } from "./faults.ts";
import type { Message } from "./message.ts";
import { checkPost, Refused } from "./post.ts";
import { createRateLimits, type RateLimits } from "./rate-limits.ts";
import type { Workspace } from "./workspace.ts";

export type ApiCall = { method: string; args: Record<string, unknown>; error?: string | undefined };

/** The caller's connection broke: what `fetch` rejects with, as Node's does. */
export class ConnectionLost extends TypeError {
  constructor() {
    super("fetch failed", { cause: new Error("The Slack simulator dropped the connection") });
  }
}

export type ApiOptions = {
  workspace: Workspace;
  faults: Faults;
  botToken: string;
  rateLimits: RateLimits;
  /** That the token was given, as Slack lists them. */
  scopes: string;
  /** What was posted is told to the bot, as everything in its channels is. */
  posted(channel: string, message: Message): void;
};

type Answer = Record<string, unknown>;
type Args = Record<string, unknown>;
/** A method checks everything first; what it returns has the effect. */
type Method = (args: Args) => () => Answer;

const KEPT = 1_000;

/** The Web API: `POST /api/<method>`, and the files behind `files.info`. */
export function createApi({ workspace, faults, botToken, rateLimits, scopes, posted }: ApiOptions) {
  const { app, clock } = workspace;
  const isLimited = createRateLimits({ clock, limits: rateLimits });
  const requests: ApiCall[] = [];

  const methods: Record<string, Method> = {
    "auth.test": () => () => ({
      ...{ url: "https://simulated.slack.com/", team: "Simulated", user: "henji", team_id: app.team },
      ...{ user_id: app.userId, bot_id: app.botId },
    }),

    "chat.postMessage"(args) {
      const { channel, warnings, act } = checkPost(workspace, args);
      return () => {
        const message = act();
        posted(channel, message);
        const told = { channel, ts: message.ts, message: shown(message, true) };
        return warnings.length > 0 ? { ...told, response_metadata: { warnings } } : told;
      };
    },

    "conversations.replies"(args) {
      const { channel, ts, oldest = "0" } = texts(args);
      const messages = readable(channel);
      const inThread = messages.filter((message) => message.ts === ts || message.threadTs === ts);
      if (inThread.length === 0) throw new Refused("thread_not_found");
      const isWanted = (message: Message) => message.ts === ts || message.ts >= oldest;
      return () => page(inThread.filter(isWanted), args);
    },

    "conversations.history"(args) {
      const { channel, oldest = "0" } = texts(args);
      const top = readable(channel).filter((message) => !message.threadTs && message.ts >= oldest);
      return () => page(top.toReversed(), args);
    },

    "assistant.threads.setStatus"(args) {
      const { channel_id: channel = "", thread_ts: thread = "", status = "" } = texts(args);
      if (!workspace.channels.has(channel)) throw new Refused("channel_not_found");
      return () => {
        workspace.setStatus(channel, thread, status);
        return {};
      };
    },

    "users.info"(args) {
      const user = workspace.users.get(texts(args).user ?? "");
      if (!user) throw new Refused("user_not_found");
      const profile = { display_name: user.name, real_name: user.name };
      return () => ({
        user: { id: user.id, name: user.name, real_name: user.name, profile, locale: "ja-JP" },
      });
    },

    "files.info"(args) {
      const content = workspace.contents.get(texts(args).file ?? "");
      if (!content) throw new Refused("file_not_found");
      const { file } = content;
      return () => ({ file: { ...file, url_private_download: `${origin}/files/${file.id}` } });
    },
  };

  /** Where the last request came in: files have addresses of their own. */
  let origin = "http://127.0.0.1";

  function readable(channel = ""): readonly Message[] {
    if (!workspace.channels.has(channel)) throw new Refused("channel_not_found");
    return workspace.settled(channel);
  }

  function page(messages: readonly Message[], args: Args): Answer {
    const { limit = "100", cursor = "0", include_all_metadata: withMetadata } = texts(args);
    const [start, end] = [Number(cursor), Number(cursor) + Number(limit)];
    const has_more = end < messages.length;
    return {
      messages: messages.slice(start, end).map((message) => shown(message, withMetadata === "true")),
      has_more,
      response_metadata: { next_cursor: has_more ? String(end) : "" },
    };
  }

  function shown(
    { ts, threadTs, user, text, blocks, metadata, appId }: Message,
    withMetadata: boolean,
  ): Answer {
    return {
      ...{ type: "message", ts, user, text, team: app.team },
      ...(threadTs !== undefined && { thread_ts: threadTs }),
      ...(blocks && { blocks }),
      ...(appId !== undefined && { app_id: appId, bot_id: app.botId }),
      ...(metadata && withMetadata && { metadata }),
    };
  }

  async function call(name: string, request: Request): Promise<Response> {
    const args = await argsOf(request);
    const logged: ApiCall = { method: name, args };
    requests.push(logged);
    if (requests.length > KEPT) requests.shift();
    const fault = faults.next(name);
    if (fault?.kind === "drop-request") throw new ConnectionLost();
    const no = (error: string, status = 200, headers: Record<string, string> = {}) => {
      logged.error = error;
      return Response.json({ ok: false, error }, { status, headers });
    };
    const method = methods[name];
    if (!method) return no("unknown_method");
    if (request.headers.get("authorization") !== `Bearer ${botToken}`) return no("invalid_auth");
    const waitS = isLimited(name, name === "chat.postMessage" ? String(args.channel) : "");
    if (waitS !== undefined) return no("ratelimited", 429, { "retry-after": String(waitS) });
    let act: () => Answer;
    try {
      act = method(args);
    } catch (error) {
      if (error instanceof Refused) return no(error.message);
      throw error;
    }
    if (fault?.kind === "late") {
      workspace.later(fault.ms, act);
      throw new ConnectionLost();
    }
    const answer = arrives(fault) ? act() : {};
    switch (fault?.kind) {
      case "lose-response":
        throw new ConnectionLost();
      case "hang":
        return hang(request.signal);
      case "error":
        return no(fault.error);
      case "status":
        logged.error = String(fault.status);
        return new Response("", { status: fault.status, headers: fault.headers ?? {} });
      default:
        return Response.json({ ok: true, ...answer }, { headers: { "x-oauth-scopes": scopes } });
    }
  }

  function file(id: string, request: Request): Response {
    const content = workspace.contents.get(id);
    if (request.headers.get("authorization") !== `Bearer ${botToken}`) {
      return new Response("<html>Sign in</html>", { headers: { "content-type": "text/html" } });
    }
    if (!content) return new Response(null, { status: 404 });
    return new Response(new Uint8Array(content.bytes), {
      headers: { "content-type": content.file.mimetype },
    });
  }

  return {
    requests: requests as readonly ApiCall[],

    async fetch(request: Request): Promise<Response> {
      workspace.catchUp();
      const url = new URL(request.url);
      origin = url.origin;
      const [, method] = /^\/api\/([\w.]+)$/.exec(url.pathname) ?? [];
      if (method && request.method === "POST") return call(method, request);
      const [, id] = /^\/files\/(\w+)$/.exec(url.pathname) ?? [];
      return id ? file(id, request) : new Response(null, { status: 404 });
    },
  };
}

/** Until the caller gives up. */
function hang(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

async function argsOf(request: Request): Promise<Args> {
  const text = await request.text();
  const isJson = request.headers.get("content-type")?.startsWith("application/json");
  try {
    return isJson ? (JSON.parse(text) as Args) : Object.fromEntries(new URLSearchParams(text));
  } catch {
    return {};
  }
}

function texts(args: Args): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(args).map(([name, value]) => [name, typeof value === "string" ? value : String(value)]),
  );
}
