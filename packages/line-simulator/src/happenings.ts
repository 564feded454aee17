import type { OtherEvent, WebhookEvent } from "./events.ts";
import { KEPT } from "./limits.ts";

export type Happenings = ReturnType<typeof createHappenings>;

/** Seen in the chat as a message, or as a message that is gone. */
const MESSAGES = new Set(["message", "unsend"]);

/** What happened in each chat besides messages, oldest first: who came or left, who pressed a button. */
export function createHappenings(saved: Record<string, OtherEvent[]> = {}) {
  const byChat = new Map<string, OtherEvent[]>(Object.entries(structuredClone(saved)));

  return {
    read: (chatId: string): OtherEvent[] => structuredClone(byChat.get(chatId) ?? []),

    add(chatId: string, event: WebhookEvent) {
      if (MESSAGES.has(event.type)) return;
      const list = byChat.get(chatId) ?? [];
      byChat.set(chatId, list);
      list.push(structuredClone(event) as OtherEvent);
      if (list.length > KEPT.happenings) list.shift();
    },

    save: () => structuredClone(Object.fromEntries(byChat)),
  };
}
