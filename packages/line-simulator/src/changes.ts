import type { WebhookEvent } from "./events.ts";
import type { Group, User } from "./people.ts";
import type { TimelineEntry } from "./timeline.ts";

export type Change =
  /** A user or the bot wrote something. */
  | { type: "message"; chatId: string; entry: TimelineEntry }
  | { type: "unsent"; chatId: string; messageId: string }
  | { type: "read"; chatId: string; messageIds: string[] }
  /** Shown until then, epoch milliseconds, unless a message or another animation comes first. */
  | { type: "loading"; chatId: string; until: number }
  /** The end by time is noticed with the next call: the simulator has no timer. */
  | { type: "loading-ended"; chatId: string; because: "message" | "time" }
  /** An event was created; a webhook sends it. */
  | { type: "event"; event: WebhookEvent }
  | { type: "webhook"; status: WebhookStatus; eventIds: string[]; redelivery: boolean; at: number }
  | { type: "user"; user: User }
  | { type: "group"; group: Group };

/** What came back from the bot: a status, no answer in time, or no connection. */
export type WebhookStatus = number | "timeout" | "unreachable";
export type Changes = ReturnType<typeof createChanges>;

/** Passes a copy of each change to all listeners. One that throws affects neither the change nor the others. */
export function createChanges() {
  const listeners = new Set<(change: Change) => void>();

  return {
    subscribe(listener: (change: Change) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },

    emit(change: Change) {
      if (listeners.size === 0) return;
      const copy = structuredClone(change);
      for (const listener of listeners) {
        try {
          listener(copy);
        } catch (error) {
          console.error("A listener of the LINE simulator failed:", error);
        }
      }
    },
  };
}
