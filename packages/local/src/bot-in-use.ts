import type { Bot } from "@henji/core/bot";

/** The settings that the current worker has read from `bot.config.ts`; only those that can be posted between threads. */
export type BotInUse = Pick<Bot, "model" | "memory" | "timeZone" | "commands">;
