import type { Envelope } from "./envelope.ts";
import type { Message } from "./message.ts";

export type Change =
  | { type: "message"; channel: string; message: Message }
  | { type: "deleted"; channel: string; ts: string }
  /** Shown in the thread until then, epoch milliseconds, unless the bot answers there first. */
  | { type: "status"; channel: string; thread: string; status: string; until: number }
  /** Slack has something to tell the bot; a webhook does. */
  | { type: "event"; envelope: Envelope }
  | { type: "webhook"; status: WebhookStatus; eventId: string; retry: number };

/** What came back from the bot: a status, no answer in time, or no connection. */
export type WebhookStatus = number | "timeout" | "unreachable";

/** Passes a copy of each change to all listeners. */
export function createChanges() {
  const listeners = new Set<(change: Change) => void>();

  return {
    subscribe(listener: (change: Change) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    emit(change: Change) {
      for (const listener of listeners) listener(structuredClone(change));
    },
  };
}
