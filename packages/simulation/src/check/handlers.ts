import type { Process } from "../process.ts";
import type { Book } from "./book.ts";
import type { EventKind } from "./fate.ts";

const handled: readonly EventKind[] = ["own", "postback", "greeting"];

/** What runs in place of the model: only for what asks for it, and never once an answer is stored. */
export function checkHandlers({ fateOf, turnOf, violate }: Book) {
  /** How often it has run, by the event. */
  const runs = new Map<string, number>();

  return {
    handles(process: Process, eventId: string): void {
      const fate = fateOf(eventId);
      if (!fate || !handled.includes(fate.kind)) {
        violate("private", `a handler runs for ${eventId}`, fate);
        return;
      }
      const count = (runs.get(eventId) ?? 0) + 1;
      runs.set(eventId, count);
      if (count > fate.claims) violate("at most once", `${count} runs in ${fate.claims} attempts`, fate);
      if (turnOf(fate)?.messages !== undefined && !process.wasFrozen())
        violate("at most once", "a handler runs although its answer is stored", fate);
    },

    handlerFailed(eventId: string, code: string): void {
      fateOf(eventId)?.errors.add(code);
    },
  };
}
