import type { Exchange, Explanation, Text, TraceContent } from "./trace-content.ts";
import { cutText } from "./watch-fetch.ts";
import type { SeenContent } from "./watch-worker.ts";

export type TraceContents = ReturnType<typeof createTraceContents>;

export type TraceContentsOptions = {
  /** Default: 500. */
  maxEvents?: number;
  /** Of all events together. Default: 16 Mi, which take 32 MB at most. */
  maxCharacters?: number;
  /** Of one event. Default: 40. */
  maxExchanges?: number;
};

/** The event and all that is kept of it. */
type Kept = Pick<TraceContent, "exchanges" | "explanations"> & { event?: object; characters: number };

/**
 * The content of the newest traces, in memory only: what is oldest is dropped when there are too many events, or
 * too much text.
 */
export function createTraceContents(options: TraceContentsOptions = {}) {
  const { maxEvents = 500, maxCharacters = 16 * 1024 * 1024, maxExchanges = 40 } = options;
  const contents = new Map<string, Kept>();
  let characters = 0;

  function contentOf(eventId: string): Kept {
    const known = contents.get(eventId);
    if (known) return known;
    const content: Kept = { exchanges: [], explanations: [], characters: 0 };
    contents.set(eventId, content);
    return content;
  }

  function changed(content: Kept): void {
    characters += sizeOf(content) - content.characters;
    content.characters = sizeOf(content);
    while (contents.size > maxEvents || (characters > maxCharacters && contents.size > 1)) {
      const [eventId, oldest] = contents.entries().next().value!;
      contents.delete(eventId);
      characters -= oldest.characters;
    }
  }

  /** Those in the middle are dropped: the first ones say how it began, the last ones how it stands. */
  function addTo<T>(list: T[], item: T): void {
    list.push(item);
    if (list.length > maxExchanges) list.splice(maxExchanges / 2, 1);
  }

  return {
    seen(seen: SeenContent): void {
      const content = contentOf(eventIdOf(seen));
      if (seen.type === "event") content.event = seen.event;
      else if (seen.type === "explanation") addTo(content.explanations, seen.explanation);
      else upsert(content, seen.exchange);
      changed(content);
    },

    /** @returns undefined if nothing is kept of this event */
    of(eventId: string): (Omit<TraceContent, "turn"> & { webhookEvent: object | undefined }) | undefined {
      const content = contents.get(eventId);
      if (!content) return undefined;
      const { event, exchanges, explanations } = content;
      return { eventId, event: event && toText(event), webhookEvent: event, exchanges, explanations };
    },
  };

  function upsert({ exchanges }: Kept, exchange: Exchange): void {
    const index = exchanges.findLastIndex(({ id }) => id === exchange.id);
    if (index === -1) addTo(exchanges, exchange);
    else exchanges[index] = exchange;
  }
}

function eventIdOf(seen: SeenContent): string {
  if (seen.type === "event") return seen.eventId;
  return seen.type === "exchange" ? seen.exchange.eventId : seen.explanation.eventId;
}

export const toText = (value: unknown): Text => cutText(JSON.stringify(value, null, 2));

function sizeOf({ event, exchanges, explanations }: Kept): number {
  const texts = exchanges.map(
    ({ body, end }) =>
      lengthOf(body) + (end && "response" in end ? lengthOf(end.response.body) : notesOf(end?.errors ?? [])),
  );
  const causes = explanations.map(({ errors }) => notesOf(errors));
  return [event ? JSON.stringify(event).length : 0, ...texts, ...causes].reduce(
    (sum, length) => sum + length,
    0,
  );
}

const lengthOf = (text: Text | undefined) => text?.text.length ?? 0;
const notesOf = (errors: Explanation["errors"]) =>
  errors.reduce((sum, { message }) => sum + message.length, 0);
