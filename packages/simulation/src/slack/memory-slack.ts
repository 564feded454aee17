import type { Clock } from "@henji/core/clock";
import { RequestNotSent } from "@henji/core/platform/request-not-sent";
import type { Refusal } from "../line.ts";
import type { Failure, Network } from "../network.ts";

/** A message as its channel has it. */
export type Post = {
  channel: string;
  ts: string;
  /** The message at the head of its thread. */
  thread: string;
  /** What is seen of it. */
  text: string;
  appId: string | undefined;
  /** From its metadata. */
  key: string;
};

export type MemorySlackOptions = {
  clock: Clock;
  network: Network;
  refuses(operation: string): Refusal | undefined;
  /** How far the history that is read is behind the posts. */
  lagMs(): number;
  /** The bot has posted it: everybody sees it. */
  onPosted(post: Post): void;
};

export type MemorySlack = {
  /** The Web API; `calledAt` is when its caller gave the request away, epoch milliseconds. */
  fetch(url: string, init: RequestInit, calledAt: number): Promise<Response>;
  newTs(): string;
  /** Somebody else has written it. */
  add(post: Post): void;
};

export const slackApp = { id: "A0HENJI", user: "U0HENJI" };

/** A request that has not left by then is given up on by its own caller. */
const LEAVES_WITHIN_MS = 4_000;

type Said = { status: number; body: object; retryAfterS?: number };

/** Slack behind core's own client: it takes a repeated post for a new one, and its history comes late. */
export function createMemorySlack(options: MemorySlackOptions): MemorySlack {
  const { clock, network, refuses, lagMs, onPosted } = options;
  const posts: Post[] = [];
  let made = 0;

  /** Unique and rising, in all channels together. */
  function newTs(): string {
    const now = clock.now();
    made += 1;
    const micros = (now % 1_000) * 1_000 + (made % 1_000);
    return `${Math.floor(now / 1_000)}.${String(micros).padStart(6, "0")}`;
  }

  function post({ channel, thread_ts: thread, blocks, metadata }: Args): Said {
    const text = blocks.flatMap(textOf).join("\n");
    const { key } = metadata.event_payload;
    const posted = { channel, thread, ts: newTs(), text, appId: slackApp.id, key };
    posts.push(posted);
    onPosted(posted);
    return { status: 200, body: { ok: true, channel, ts: posted.ts } };
  }

  function replies({ channel, ts }: Args): Said {
    const messages = posts
      .filter((one) => one.channel === channel && one.thread === ts)
      .filter((one) => msOf(one.ts) + lagMs() <= clock.now())
      .map(({ ts, appId, key }) => ({
        ...{ ts, app_id: appId },
        metadata: { event_type: "henji_answer", event_payload: { key } },
      }));
    return { status: 200, body: { ok: true, messages, has_more: false } };
  }

  function handle(method: string, args: Args): Said {
    const refusal = refuses(`slack.${nameOf(method)}`);
    if (refusal === "rate") return { status: 429, body: no("ratelimited"), retryAfterS: 1 };
    if (refusal === "unauthorized") return { status: 200, body: no("token_revoked") };
    if (refusal === "rejected" && method === "chat.postMessage")
      return { status: 200, body: no("is_archived") };
    if (method === "chat.postMessage") return post(args);
    if (method === "conversations.replies") return replies(args);
    if (method === "users.info")
      return { status: 200, body: { ok: true, user: { real_name: `Name of ${args.user}` } } };
    return { status: 200, body: { ok: true } };
  }

  return {
    newTs,
    add: (one) => void posts.push(one),

    async fetch(url, init, calledAt) {
      const method = url.slice(url.lastIndexOf("/") + 1);
      const signal = init.signal!;
      // The timer of a process that was frozen fires before it writes a byte.
      if (clock.now() - calledAt > LEAVES_WITHIN_MS) throw new RequestNotSent(new Error("frozen"));
      const { body } = init;
      const args = body instanceof URLSearchParams ? Object.fromEntries(body) : JSON.parse(String(body));
      const said = await network.carry<Said>({
        operation: `slack.${nameOf(method)}`,
        effect: () => handle(method, args as Args),
        failed: (failure) => failed(failure, signal),
        patience: signal,
      });
      return toResponse(said);
    },
  };
}

type Args = {
  channel: string;
  thread_ts: string;
  ts: string;
  user: string;
  blocks: { text: string | { text: string }; elements?: unknown }[];
  metadata: { event_payload: { key: string } };
};

const names: Record<string, string> = {
  "chat.postMessage": "post",
  "conversations.replies": "replies",
  "assistant.threads.setStatus": "status",
};

function nameOf(method: string): string {
  return names[method] ?? "ask";
}

function no(error: string): object {
  return { ok: false, error };
}

/** Of a block; a row of buttons has none. */
function textOf({ text }: Args["blocks"][number]): string[] {
  if (text === undefined) return [];
  return [(typeof text === "string" ? text : text.text).replaceAll("&lt;", "<")];
}

function msOf(ts: string): number {
  return Number(ts.replace(".", "").slice(0, 13));
}

/** After `status`, it may have been done. */
function failed(failure: Failure, signal: AbortSignal): Said {
  if (failure === "silence") throw signal.reason;
  if (failure === "unconnected") throw new RequestNotSent(signal.reason);
  if (failure === "status") return { status: 200, body: no("internal_error") };
  const broken = (code: string) =>
    new TypeError("fetch failed", { cause: Object.assign(new Error("UPSTREAM"), { code }) });
  throw failure === "refused" ? new RequestNotSent(broken("ECONNREFUSED")) : broken("ECONNRESET");
}

/** What core reads of a Response; the real class costs more than the rest of the call. */
function toResponse({ status, body, retryAfterS }: Said): Response {
  const headers = {
    get: (name: string) => (name === "retry-after" && retryAfterS ? String(retryAfterS) : null),
  };
  return { ok: status < 300, status, headers, text: async () => JSON.stringify(body) } as unknown as Response;
}
