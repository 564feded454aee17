import type { AskTools } from "@henji/core/model/model";
import type { Tool } from "@henji/core/tool";
import type { Transcript } from "@henji/core/turn/transcript";
import type { Process } from "../process.ts";
import { askedIn, type Book, type BookOptions } from "./book.ts";

/** What writes runs once, after it was stored that it begins, and its model hears one thing of it. */
export function checkTools(book: Book, { history }: BookOptions) {
  const { fateOf, turnOf, turnsOf, violate } = book;
  const ran = new Set<string>();
  const told = new Map<string, string>();

  function stored(eventId: string): Transcript | undefined {
    const fate = fateOf(eventId);
    const text = fate && turnOf(fate)?.transcript;
    return text === undefined ? undefined : (JSON.parse(text) as Transcript);
  }

  /** Keys of the calls, round by round, of the one turn of the chat that is at work; it may ask for another's question. */
  function keysIn(chatId: string): string[][] {
    const [item, ...others] = turnsOf(chatId).filter(
      ({ status, transcript }) => status === "claimed" && transcript,
    );
    if (!item?.transcript || others.length > 0) return [];
    const { rounds } = JSON.parse(item.transcript) as Transcript;
    return rounds.map(({ calls }) => calls.map(({ idempotencyKey }) => idempotencyKey));
  }

  return {
    /** A process is about to run a tool; it may be frozen before that takes effect, and nothing can stop it then. */
    toolBegins(process: Process, { name, effect, timeoutMs }: Tool, key: string): void {
      const eventId = key.slice(0, key.indexOf("/"));
      const fate = fateOf(eventId);
      const item = fate && turnOf(fate);
      if (effect === "reads" || item?.erased) return;
      const calls = stored(eventId)?.rounds.flatMap((round) => round.calls) ?? [];
      if (!calls.some(({ idempotencyKey, isBegun }) => idempotencyKey === key && isBegun))
        violate("stored first", `${name} runs before it is stored that it begins`, fate);
      const holds = item?.owner.startsWith(`${process.name}.`) ?? false;
      if (!holds || process.clock.now() + timeoutMs > item!.leaseUntil)
        violate("at most once", `${name} runs without a lease for as long as it can take`, fate);
    },

    /** It takes effect. */
    toolRuns({ name, effect, isIdempotent }: Tool, key: string): void {
      const eventId = key.slice(0, key.indexOf("/"));
      const fate = fateOf(eventId);
      history.note("tool", `${name} runs ${key}`, { eventId, chatId: fate?.chatId });
      if (!fate) violate("private", `a tool runs for ${key}, which nobody asked`);
      if (effect === "writes" && ran.has(key) && !isIdempotent)
        violate("at most once", `${name} runs again under ${key}`, fate);
      ran.add(key);
    },

    /** The model is asked, with what its calls have returned. */
    toldOf(question: string, tools: AskTools | undefined): void {
      const fate = fateOf(askedIn(question));
      const rounds = tools?.rounds ?? [];
      const keys = fate && rounds.length > 0 ? keysIn(fate.chatId) : [];
      for (const [round, { output, results }] of rounds.entries()) {
        for (const [n, { text }] of results.entries()) {
          const { name } = output[n] as { name: string };
          const key = keys[round]?.[n];
          if (name !== "change" || key === undefined) continue;
          const before = told.get(key) ?? text;
          if (before !== text) violate("at most once", `the model is told of ${key} anew: ${text}`, fate);
          told.set(key, text);
        }
      }
    },
  };
}
