import type { UserMessage } from "./events.ts";
import { KEPT } from "./limits.ts";
import type { OutgoingMessage } from "./outgoing-message.ts";

/** A message a user wrote. Once `unsent`, only its id and type are left. */
export type UserEntry = {
  by: "user";
  messageId: string;
  at: number;
  from: string;
  webhookEventId: string;
  message: UserMessage;
  read: boolean;
  unsent: boolean;
};

/** A message the bot sent and LINE delivered, exactly as it was in the request. */
export type BotEntry = {
  by: "reply" | "push";
  messageId: string;
  at: number;
  /** `x-line-request-id` of the accepted request; messages of one request share it. */
  requestId: string;
  retryKey?: string;
  /** The event whose reply token was used. */
  repliesTo?: string;
  message: OutgoingMessage;
};

export type TimelineEntry = UserEntry | BotEntry;
export type Timelines = ReturnType<typeof createTimelines>;

/** The chats as their members see them, oldest entry first. */
export function createTimelines(saved: Record<string, TimelineEntry[]> = {}) {
  const byChat = new Map<string, TimelineEntry[]>(Object.entries(structuredClone(saved)));

  function entries(chatId: string): TimelineEntry[] {
    const list = byChat.get(chatId) ?? [];
    byChat.set(chatId, list);
    return list;
  }

  return {
    read: (chatId: string): TimelineEntry[] => structuredClone(byChat.get(chatId) ?? []),

    append(chatId: string, entry: TimelineEntry) {
      const list = entries(chatId);
      list.push(entry);
      if (list.length > KEPT.timelineEntries) list.shift();
    },

    /** @returns the chat and the message of a user, or undefined if it is not in a timeline (any more) */
    find(messageId: string): { chatId: string; entry: UserEntry } | undefined {
      for (const [chatId, list] of byChat) {
        const entry = list.find((one) => one.messageId === messageId);
        if (entry?.by === "user") return { chatId, entry };
      }
      return undefined;
    },

    /** Marks everything users wrote up to this message; @returns the ids that were unread until now. */
    markRead(chatId: string, messageId: string): string[] {
      const list = byChat.get(chatId) ?? [];
      const last = list.findIndex((entry) => entry.messageId === messageId);
      const unread = list
        .slice(0, last + 1)
        .filter((entry) => entry.by === "user" && !entry.read) as UserEntry[];
      for (const entry of unread) entry.read = true;
      return unread.map((entry) => entry.messageId);
    },

    save: () => structuredClone(Object.fromEntries(byChat)),
  };
}
