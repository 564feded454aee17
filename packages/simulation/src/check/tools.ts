import type { AskTools } from "@henji/core/model/model";
import type { Tool } from "@henji/core/tool";
import type { TurnItem } from "@henji/core/turn/entity";
import type { StoredCall, Transcript } from "@henji/core/turn/transcript";
import type { Process } from "../process.ts";
import { askedIn, type Book, type BookOptions } from "./book.ts";
import type { Fate } from "./fate.ts";

/** What writes runs once, after it was stored that it begins, and its model hears one thing of it. */
export function checkTools(book: Book, { history }: BookOptions) {
  const { fateOf, turnOf, turnsOf, violate } = book;
  const ran = new Set<string>();
  const told = new Map<string, string>();

  function callsOf({ transcript }: Partial<TurnItem> = {}): StoredCall[] {
    if (transcript === undefined) return [];
    return (JSON.parse(transcript) as Transcript).rounds.flatMap(({ calls }) => calls);
  }

  /** Its own turn, or the one that has taken its calls up: a frozen process has lost it. */
  function isErased(fate: Fate): boolean {
    const item = turnOf(fate);
    const taker = turnsOf(fate.chatId).find(({ key }) => key === item?.takenBy);
    return item?.erased === true || taker?.erased === true;
  }

  function isConfirmed({ chatId, senderId }: Fate): boolean {
    return [...book.fates.values()].some(
      (one) => one.kind === "yes" && one.claims > 0 && one.chatId === chatId && one.senderId === senderId,
    );
  }

  /**
   * Names of the calls, round by round, of the one turn of the chat that is at work; it may ask for another's
   * question. Two turns may be told different things of one call, if one of them took it up.
   */
  function callsAtWork(chatId: string): string[][] {
    const [item, ...others] = turnsOf(chatId).filter(
      ({ status, transcript }) => status === "claimed" && transcript,
    );
    if (!item?.transcript || others.length > 0) return [];
    const { rounds } = JSON.parse(item.transcript) as Transcript;
    return rounds.map(({ calls }) => calls.map(({ idempotencyKey }) => `${idempotencyKey} in ${item.key}`));
  }

  return {
    /** A process is about to run a tool; it may be frozen before that takes effect, and nothing can stop it then. */
    toolBegins(process: Process, { name, effect, timeoutMs }: Tool, key: string): void {
      const eventId = key.slice(0, key.indexOf("/"));
      const fate = fateOf(eventId);
      if (!fate || effect === "reads" || isErased(fate)) return;
      // That of its own event, or one that has taken it up.
      const item = turnsOf(fate.chatId).find(
        ({ status, owner }) => status === "claimed" && owner.startsWith(`${process.name}.`),
      );
      const isBegun = callsOf(item).some((call) => call.idempotencyKey === key && call.isBegun);
      if (item && !isBegun) violate("stored first", `${name} runs before it is stored that it begins`, fate);
      if (!item || process.clock.now() + timeoutMs > item.leaseUntil)
        violate("at most once", `${name} runs without a lease for as long as it can take`, fate);
    },

    /** It takes effect. */
    toolRuns({ name, effect, isIdempotent, confirm }: Tool, key: string): void {
      const eventId = key.slice(0, key.indexOf("/"));
      const fate = fateOf(eventId);
      history.note("tool", `${name} runs ${key}`, { eventId, chatId: fate?.chatId });
      if (!fate) violate("private", `a tool runs for ${key}, which nobody asked`);
      if (effect === "writes" && ran.has(key) && !isIdempotent)
        violate("at most once", `${name} runs again under ${key}`, fate);
      if (fate && confirm !== false && !isConfirmed(fate))
        violate("confirmed first", `${name} runs, although nobody has said yes`, fate);
      ran.add(key);
    },

    /** The model is asked, with what its calls have returned. */
    toldOf(question: string, tools: AskTools | undefined): void {
      const fate = fateOf(askedIn(question));
      const rounds = tools?.rounds ?? [];
      const calls = fate && rounds.length > 0 ? callsAtWork(fate.chatId) : [];
      for (const [round, { output, results }] of rounds.entries()) {
        for (const [n, { text }] of results.entries()) {
          const { name } = output[n] as { name: string };
          const call = calls[round]?.[n];
          if ((name !== "change" && name !== "remove") || call === undefined) continue;
          const before = told.get(call) ?? text;
          if (before !== text) violate("at most once", `the model is told of ${call} anew: ${text}`, fate);
          told.set(call, text);
        }
      }
    },
  };
}
