import { randomUUID } from "node:crypto";
import { explain } from "./explain.ts";
import type { Exchange, Text } from "./trace-content.ts";

export type WatchFetchOptions = {
  /** Whose URL it is; undefined: nobody's that is watched. */
  peerOf: (url: string) => Exchange["with"] | undefined;
  /** The event that is being worked on. */
  eventId: () => string | undefined;
  /** Epoch milliseconds. */
  now: () => number;
  /** Called with the request, and again with its end. */
  report: (exchange: Exchange) => void;
};

/** More than a window of 9,000 tokens has in most languages. */
export const MAX_BODY_CHARACTERS = 64 * 1024;

/** Those that are worth seeing and hold no secret. */
const shownHeaders = [
  ...["content-type", "x-line-retry-key", "x-line-request-id", "x-line-accepted-request-id"],
  ...["x-request-id", "openai-processing-ms", "retry-after"],
];

/**
 * A `fetch` that reports what it sends and what comes back, for Studio. Around the global one, so that it sees
 * what the handlers send to a stand-in and to OpenAI alike; what they get is what it would be without.
 */
export function watchFetch(fetch: typeof globalThis.fetch, options: WatchFetchOptions) {
  const { peerOf, now, report } = options;
  const watched: typeof globalThis.fetch = async (input, init) => {
    const url = typeof input === "string" ? input : input instanceof URL ? input.href : input.url;
    const peer = peerOf(url);
    const eventId = options.eventId();
    if (!peer || eventId === undefined) return fetch(input, init);
    const exchange: Exchange = {
      ...{ id: randomUUID(), eventId, with: peer },
      method: init?.method ?? (input instanceof Request ? input.method : "GET"),
      url: withoutQuery(url),
      headers: shown(new Headers(init?.headers)),
      body: typeof init?.body === "string" ? cutText(withoutKeys(withoutBytes(init.body))) : undefined,
      at: now(),
    };
    report(exchange);
    const fail = (error: unknown) => report({ ...exchange, end: { at: now(), errors: explain(error) } });
    try {
      const response = await fetch(input, init);
      // Read beside the handlers: they are not kept waiting for it.
      void textOf(response).then((body) => {
        const { status } = response;
        report({
          ...exchange,
          end: { at: now(), response: { status, headers: shown(response.headers), body } },
        });
      }, fail);
      return response;
    } catch (error) {
      fail(error);
      throw error;
    }
  };
  return watched;
}

/** Text only: of an image its headers tell enough. */
async function textOf(response: Response): Promise<Text | undefined> {
  const type = response.headers.get("content-type") ?? "";
  return /json|text/.test(type) ? cutText(await response.clone().text()) : undefined;
}

/** Of an MCP server, which OpenAI is told in a body. */
function withoutKeys(body: string): string {
  if (!body.includes('"require_approval"')) return body;
  try {
    const request = JSON.parse(body) as { tools?: Record<string, unknown>[] };
    const tools = request.tools?.map(({ authorization: _, headers: __, ...tool }) => tool);
    return JSON.stringify({ ...request, tools });
  } catch {
    return "";
  }
}

/** A picture's or a file's bytes tell nobody anything, and would leave no room for the question beside them. */
function withoutBytes(body: string): string {
  return body.replace(/(;base64,)([A-Za-z0-9+/]{100,}=*)/g, (_, start: string, base64: string) => {
    return `${start}… (${Math.floor((base64.length * 3) / 4).toLocaleString("en")} bytes)`;
  });
}

export function cutText(text: string): Text {
  return { text: text.slice(0, MAX_BODY_CHARACTERS), length: text.length };
}

function shown(headers: Headers): Record<string, string> {
  return Object.fromEntries(
    shownHeaders.flatMap((name) => {
      const value = headers.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
}

function withoutQuery(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}
