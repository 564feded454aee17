import type { Bot } from "@henji/core/bot";

/** What the present worker has read in `bot.config.ts`, without what cannot leave its thread. */
export type BotInUse = Pick<Bot, "model" | "memory" | "timeZone">;
