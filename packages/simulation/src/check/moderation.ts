import type { TurnItem } from "@henji/core/turn/entity";
import type { Process } from "../process.ts";
import { type Book, namedIn } from "./book.ts";

/** What is flagged while it is asked gets the refusal. */
export function checkModeration({ violate, fateOf }: Book) {
  /** What a process was told of an event last. */
  const flagged = new Map<string, boolean>();
  const keyOf = (process: string, eventId: string) => `${process} ${eventId}`;

  return {
    moderated(process: Process, eventId: string, isFlagged: boolean): void {
      flagged.set(keyOf(process.name, eventId), isFlagged);
    },

    /** An attempt begins, and asks anew. */
    claimed({ owner, chatId }: TurnItem): void {
      const [process = ""] = owner.split(".");
      for (const key of flagged.keys()) {
        const [of, eventId] = key.split(" ");
        if (of === process && fateOf(eventId)?.chatId === chatId) flagged.delete(key);
      }
    },

    /** What the model has said is about to be stored. */
    said({ owner, messages = "[]", notice, refused }: TurnItem): void {
      const [process = ""] = owner.split(".");
      const eventId = namedIn(messages);
      if (eventId === undefined || notice !== undefined || refused) return;
      if (flagged.get(keyOf(process, eventId)))
        violate("moderated", "what was flagged is answered", fateOf(eventId));
    },
  };
}
