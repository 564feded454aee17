import { type Bot, defineBot } from "@henji/core/bot";
import { BotError } from "@henji/core/error";

/**
 * The present `bot.config.ts`, checked even if it does not use `defineBot`.
 *
 * @throws BotError `config.invalid_bot`, in one line, whatever is wrong with the file
 */
export async function loadBot(): Promise<Bot> {
  try {
    // The file that the handler loads, whichever it was told to take.
    const { default: config } = await import("../../../bot.config.ts");
    return defineBot(config);
  } catch (cause) {
    if (cause instanceof BotError) throw cause;
    const reason = (cause instanceof Error ? cause.message : String(cause)).replaceAll(/\s*\n\s*/g, " ");
    throw new BotError("config.invalid_bot", `bot.config.ts: ${reason}`, { retry: "never", cause });
  }
}
