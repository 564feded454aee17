import type { Clock } from "@henji/core/clock";
import { createLine, type Line } from "@henji/core/platform/line/api";
import type { TextMessage } from "@henji/core/platform/line/compose";
import { createContent, type FetchContent } from "@henji/core/platform/line/content";
import type { Route } from "@henji/core/platform/platform";
import { RequestNotSent } from "@henji/core/platform/request-not-sent";
import { mistakesInRequest } from "@henji/line-openapi";
import { aborted, directNetwork, type Failure, type Network } from "./network.ts";

/** How long a refusal for want of quota is confirmed. */
const USED_UP_MS = 5_000;

/** Of a plan that is large enough for a run. */
const MONTHLY_PUSHES = 100_000;

/** LINE: a retry key is known for a day. */
const RETRY_KEY_MS = 24 * 60 * 60_000;

/** A refusal before anything is sent. `quota_reserved` says the same as `quota`, but the quota is not used up. */
export type Refusal = "rate" | "quota" | "quota_reserved" | "unauthorized" | "rejected";

/** A message that LINE accepted. */
export type Sent = {
  /** Epoch milliseconds. */
  at: number;
  chatId: string;
  by: Route;
  messages: TextMessage[];
  /** Of the messages: by them users quote. */
  ids: readonly string[];
  /** The reply token or the retry key that it came with. */
  key: string;
  /** False if its user has blocked the bot: accepted all the same. */
  reached: boolean;
};

export type SendRequest = { by: Route; chatId: string; key: string; messages: TextMessage[] };

export type MemoryLineOptions = {
  clock: Clock;
  network?: Network;
  refuses?: (operation: string) => Refusal | undefined;
  onSent?: (sent: Sent) => void;
  /** Everything LINE said to a send, accepted or not. */
  onSaid?: (request: SendRequest, status: number, message: string) => void;
  /** A request was not as LINE's schema describes it. Default: an error that no caller can catch. */
  onMistakes?: (mistakes: readonly string[]) => void;
};

export type MemoryLine = {
  line: Line;
  content: FetchContent;
  /** What a user has sent beside text. */
  keep(messageId: string, content: MemoryContent): void;
  /** A webhook with this token was received: it counts from here, unless it is used. */
  giveToken(token: string, chatId: string, lifeMs: number): void;
  block(chatId: string): void;
  /** Oldest first. */
  sent: readonly Sent[];
  /** The tokens with which messages were marked as read, oldest first. */
  read: readonly string[];
};

/** What a user has sent beside text. */
export type MemoryContent = {
  bytes: Uint8Array;
  type: string;
  /** What LINE answers in place of the bytes. */
  status?: number;
  /** LINE begins to send them, and stops in the middle. */
  stalls?: boolean;
  /** How often this is so; always, if it is not set. */
  times?: number;
};

type Token = { chatId: string; until: number; used: boolean };
type Said = { status: number; message: string; headers?: Record<string, string> };

const said = {
  rate: { status: 429, message: "The API rate limit has been exceeded. Try again later." },
  quota: { status: 429, message: "You have reached your monthly limit." },
  quota_reserved: { status: 429, message: "You have reached your monthly limit." },
  unauthorized: { status: 401, message: "Authentication failed" },
  rejected: { status: 400, message: "The request body has 1 error(s)" },
} satisfies Record<Refusal, Said>;

/**
 * LINE's platform behind core's own client: reply tokens work once and for a while, retry keys for a
 * day. Core's real `createLine` makes the errors, over a `fetch` that goes no further than here.
 */
export function createMemoryLine(options: MemoryLineOptions): MemoryLine {
  const { clock, network = directNetwork, refuses = () => undefined, onSent, onSaid } = options;
  const { onMistakes = throwUncaught } = options;
  const tokens = new Map<string, Token>();
  const contents = new Map<string, MemoryContent>();
  const retryKeys = new Map<string, { at: number; requestId: string; body: string }>();
  const blocked = new Set<string>();
  const sent: Sent[] = [];
  const read: string[] = [];
  let requests = 0;
  /** Epoch milliseconds. */
  let usedUpUntil = 0;

  const nextId = () => {
    requests += 1;
    return `r${requests}`;
  };

  function accept(request: SendRequest): Said {
    const requestId = nextId();
    const ids = request.messages.map((_, n) => `${requestId}-${n}`);
    const message = { ...request, ids, at: clock.now(), reached: !blocked.has(request.chatId) };
    sent.push(message);
    onSent?.(message);
    const sentMessages = ids.map((id) => ({ id }));
    const headers = { "x-line-request-id": requestId };
    return { status: 200, message: JSON.stringify({ sentMessages }), headers };
  }

  function reply(token: Token | undefined, request: SendRequest): Said {
    if (!token || token.used || token.until <= clock.now()) {
      return { status: 400, message: "Invalid reply token" };
    }
    token.used = true;
    return accept(request);
  }

  function push(request: SendRequest): Said {
    const before = retryKeys.get(request.key);
    if (before && clock.now() - before.at < RETRY_KEY_MS) {
      return {
        status: 409,
        message: before.body,
        headers: { "x-line-accepted-request-id": before.requestId },
      };
    }
    const answer = accept(request);
    retryKeys.set(request.key, { at: clock.now(), requestId: `r${requests}`, body: answer.message });
    return answer;
  }

  function send(operation: string, request: SendRequest, act: () => Said): Said {
    const refusal = refuses(operation);
    if (refusal) usedUpUntil = refusal === "quota" ? clock.now() + USED_UP_MS : 0;
    const answer = refusal ? said[refusal] : act();
    onSaid?.(request, answer.status, answer.message);
    return answer;
  }

  function handle(path: string, body: string, retryKey: string): Said {
    if (path.startsWith("/v2/bot/message/quota")) {
      const refusal = refuses("line.quota");
      if (refusal && refusal !== "quota") return said[refusal];
      const isUsedUp = refusal === "quota" || clock.now() < usedUpUntil;
      const limit = `{"type":"limited","value":${MONTHLY_PUSHES}}`;
      const consumption = `{"totalUsage":${isUsedUp ? MONTHLY_PUSHES : 1}}`;
      return { status: 200, message: path.endsWith("consumption") ? consumption : limit };
    }
    if (path === "/v2/bot/chat/loading/start")
      return refuses("line.loading") ? said.rate : { status: 202, message: "" };
    if (path === "/v2/bot/info") {
      return { status: 200, message: JSON.stringify(info) };
    }
    if (path === "/v2/bot/chat/markAsRead") {
      const { markAsReadToken } = JSON.parse(body) as { markAsReadToken: string };
      read.push(markAsReadToken);
      return { status: 200, message: "{}" };
    }
    const member = /^\/v2\/bot\/(?:profile|(?:group|room)\/[^/]+\/member)\/([^/]+)$/.exec(path)?.[1];
    if (member !== undefined) {
      if (blocked.has(member)) return { status: 404, message: "Not found" };
      const profile = { userId: member, displayName: `Name of ${member}`, language: "en" };
      return { status: 200, message: JSON.stringify(profile) };
    }
    if (path === "/v2/bot/message/push") {
      const { to, messages } = JSON.parse(body) as { to: string; messages: TextMessage[] };
      const request = { by: "push", chatId: to, key: retryKey, messages } as const;
      return send("line.push", request, () => push(request));
    }
    const { replyToken, messages } = JSON.parse(body) as { replyToken: string; messages: TextMessage[] };
    const token = tokens.get(replyToken);
    const request = { by: "reply", chatId: token?.chatId ?? "", key: replyToken, messages } as const;
    return send("line.reply", request, () => reply(token, request));
  }

  const fetch = async (url: URL, init: RequestInit): Promise<Response> => {
    const path = url.pathname;
    const signal = init.signal!;
    const headers = init.headers as Record<string, string>;
    const retryKey = headerOf("x-line-retry-key", headers) ?? "";
    const body = init.body === undefined ? undefined : JSON.parse(String(init.body));
    const mistakes = mistakesInRequest({ method: init.method ?? "GET", path, headers, body });
    if (mistakes.length > 0) onMistakes(mistakes);
    const answer = await network.carry<Said>({
      operation: operations[path] ?? "line.ask",
      effect: () => handle(path, String(init.body), retryKey),
      failed: (failure) => failed(failure, signal),
      patience: signal,
    });
    return toResponse(answer, nextId);
  };

  function contentOf(messageId: string): Found {
    const content = contents.get(messageId);
    if (!content) return { status: 404, content };
    const { status = 200, times = Number.POSITIVE_INFINITY } = content;
    if (times < 1) return { status: 200, content: { ...content, stalls: false } };
    contents.set(messageId, { ...content, times: times - 1 });
    return { status, content };
  }

  const fetchContent = async (input: unknown, init: RequestInit | undefined): Promise<Response> => {
    const { pathname } = new URL(String(input));
    const messageId = /^\/v2\/bot\/message\/([^/]+)\/content/.exec(pathname)?.[1] ?? "";
    const signal = init!.signal!;
    const found = await network.carry<Found>({
      operation: "line.content",
      effect: () => contentOf(messageId),
      failed: (failure) => ({ status: failed(failure, signal).status, content: undefined }),
      patience: signal,
    });
    return toContentResponse(found, signal);
  };

  return {
    content: createContent({
      channelAccessToken: "token",
      dataBaseUrl: "https://data.line",
      clock,
      fetch: fetchContent as typeof globalThis.fetch,
    }),
    keep: (messageId, content) => void contents.set(messageId, content),
    line: createLine({
      channelAccessToken: "token",
      baseUrl: "https://line",
      clock,
      fetch: fetch as typeof globalThis.fetch,
    }),
    giveToken(token, chatId, lifeMs) {
      const before = tokens.get(token);
      if (before?.used) return;
      tokens.set(token, { chatId, until: clock.now() + lifeMs, used: false });
    },
    block: (chatId) => blocked.add(chatId),
    sent,
    read,
  };
}

/** Whoever sent it would take an error for LINE's: this one ends the test, or the program. */
function throwUncaught(mistakes: readonly string[]): void {
  void Promise.reject(new Error(`LINE's schema refuses a request: ${mistakes.join("; ")}`));
}

const info = { userId: "Ubot", basicId: "@henji", displayName: "Henji", chatMode: "chat" };

const operations: Record<string, string> = {
  "/v2/bot/message/reply": "line.reply",
  "/v2/bot/message/push": "line.push",
  "/v2/bot/chat/loading/start": "line.loading",
  "/v2/bot/message/quota": "line.quota",
  "/v2/bot/message/quota/consumption": "line.quota",
};

function failed(failure: Failure, signal: AbortSignal): Said {
  if (failure === "silence") throw signal.reason;
  if (failure === "unconnected") throw new RequestNotSent(signal.reason);
  if (failure === "status") return { status: 500, message: "UPSTREAM Internal server error" };
  const broken = (code: string) =>
    new TypeError("fetch failed", { cause: Object.assign(new Error("UPSTREAM"), { code }) });
  throw failure === "refused" ? new RequestNotSent(broken("ECONNREFUSED")) : broken("ECONNRESET");
}

/** What LINE's SDK and core read of a Response; the real class costs more than the rest of the call. */
function toResponse({ status, message, headers = {} }: Said, nextId: () => string): Response {
  const all = { "x-line-request-id": nextId(), ...headers };
  const text = message.startsWith("{") ? message : JSON.stringify({ message });
  const response = {
    ok: status < 300,
    status,
    statusText: "",
    headers: { get: (name: string) => headerOf(name, all) ?? null },
    text: async () => text,
  };
  return response as unknown as Response;
}

type Found = { status: number; content: MemoryContent | undefined };

/** With a body that is read without the event loop, which virtual time does not wait for. */
function toContentResponse({ status, content }: Found, signal: AbortSignal): Response {
  const ok = status < 300;
  const headers = new Headers({ "content-type": content?.type ?? "application/json" });
  if (!ok) return new Response("{}", { status, headers });
  const body = (async function* () {
    if (!content || status !== 200) return;
    const { bytes, stalls = false } = content;
    yield stalls ? bytes.subarray(0, bytes.length / 2) : bytes;
    if (stalls) {
      await aborted(signal);
      signal.throwIfAborted();
    }
  })();
  return { ok, status, headers, body } as unknown as Response;
}

/** Names of headers are the same in any case. */
function headerOf(name: string, headers: Record<string, string>): string | undefined {
  const wanted = name.toLowerCase();
  for (const each in headers) if (each.toLowerCase() === wanted) return headers[each];
  return undefined;
}
