import type { Chat, Message, View } from "../../src/studio-view.ts";
import { words } from "./words.ts";

export type Group = Extract<Chat, { type: "group" | "room" }>;

/** The names that the page shows for users and for the bot. */
export type People = { botName: string; nameOf(userId: string): string };

export function peopleOf({ chats, botId, botName }: Pick<View, "chats" | "botId" | "botName">): People {
  const names = new Map(chats.map((chat) => [chat.id, nameOf(chat)]));
  names.set(botId, botName);
  return { botName, nameOf: (userId) => names.get(userId) ?? words.chat.someone };
}

export const nameOf = (chat: Chat) => chat.name || words.unnamed;

export const isGroup = (chat: Chat): chat is Group => chat.type !== "user";

export function authorOf(message: Message, { botName, nameOf }: People): string {
  if (message.by === "bot") return botName;
  return message.by === "user" ? nameOf(message.from) : "";
}
