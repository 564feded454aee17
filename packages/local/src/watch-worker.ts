import { AsyncLocalStorage } from "node:async_hooks";
import { channel } from "node:diagnostics_channel";
import {
  type Caused,
  causeChannel,
  type LogEntry,
  logChannel,
  type Working,
  workChannel,
} from "@henji/core/log";
import { explain } from "./explain.ts";
import { stepOf } from "./trace.ts";
import type { Exchange, Explanation } from "./trace-content.ts";
import { watchFetch } from "./watch-fetch.ts";

/** What the worker's thread tells the other. */
export type Seen = { type: "log"; entry: LogEntry } | SeenContent;

/** With message text: for Studio only. */
export type SeenContent =
  /** As its platform sent it. */
  | { type: "event"; eventId: string; event: object }
  | { type: "exchange"; exchange: Exchange }
  | { type: "explanation"; explanation: Explanation };

/** Every {@link SeenContent}, in the thread that serves Studio. */
export const contentChannel = channel("henji:content");

/**
 * Tells what the worker in this thread logs, what it sends to the model and to the platforms, and why it fails. To be
 * called before the handler is imported: it keeps the global `fetch` that it finds.
 *
 * @param tell gets message text too, which must not go to a log or to the network
 */
export function watchWorker(tell: (seen: Seen) => void): void {
  logChannel.subscribe((entry) => tell({ type: "log", entry: entry as LogEntry }));
  causeChannel.subscribe((caused) => {
    const explanation = explanationOf(caused as Caused);
    if (explanation) tell({ type: "explanation", explanation });
  });
  const working = new AsyncLocalStorage<Working>();
  workChannel.bindStore(working, (work) => work as Working);
  const peers = Object.entries({
    line: process.env.LINE_API_BASE_URL,
    slack: process.env.SLACK_API_BASE_URL,
    model: process.env.OPENAI_BASE_URL,
  } satisfies Record<Exchange["with"], string | undefined>);
  globalThis.fetch = watchFetch(globalThis.fetch, {
    peerOf: (url) => peers.find(([, base]) => isBelow(base, url))?.[0] as Exchange["with"] | undefined,
    eventId: () => working.getStore()?.eventId,
    now: Date.now,
    report: (exchange) => tell({ type: "exchange", exchange }),
  });
}

function isBelow(base: string | undefined, url: string): boolean {
  return base !== undefined && url.startsWith(base.endsWith("/") ? base : `${base}/`);
}

function explanationOf({ entry, cause }: Caused): Explanation | undefined {
  const { eventId, at } = entry;
  const step = stepOf(entry)?.name;
  const errors = explain(cause);
  if (!eventId || !step || errors.length === 0) return undefined;
  return { eventId, step, at: Date.parse(at), errors };
}
