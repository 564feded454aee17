import type { Clock } from "@henji/core/clock";
import { type ChatMemory, type MemoryOptions, readMemory } from "@henji/core/context/memory";
import type { BotInUse } from "./bot-in-use.ts";

type Options = Pick<MemoryOptions, "chats"> & { bot: () => BotInUse; clock: Clock };

/** What the bot remembers of a chat, by the settings that the worker uses now. */
export function createMemory({ chats, bot, clock }: Options): (chatId: string) => Promise<ChatMemory> {
  return (chatId) => readMemory(chatId, { chats, bot: bot(), now: clock.now() });
}
