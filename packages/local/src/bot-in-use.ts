import type { Bot, CommandName } from "@henji/core/bot";

/** The settings that the current worker has read from `bot.config.ts`; only those that can be posted between threads. */
export type BotInUse = Pick<Bot, "model" | "memory" | "timeZone"> & {
  commands: Pick<Bot["commands"], CommandName>;
};

/** Functions cannot be posted. */
export function inUse({ model, memory, timeZone, commands }: Bot): BotInUse {
  const { own: _, ...named } = commands;
  return { model, memory, timeZone, commands: named };
}
