import { type Bot, defineBot } from "@henji/core/bot";
import { BotError } from "@henji/core/error";
import { placeOf } from "./error-place.ts";

/**
 * The present `bot.config.ts`, checked even if it does not use `defineBot`.
 *
 * @throws BotError `config.invalid_bot`, in one line, whatever is wrong with the file
 */
export async function loadBot(): Promise<Bot> {
  const config = await importConfig();
  if (config !== undefined) return defineBot(config);
  throw invalid("bot.config.ts: nothing is exported by default: end it with export default defineBot({ … })");
}

async function importConfig() {
  try {
    // The file that the handler loads, whichever it was told to take.
    return (await import("../../../bot.config.ts")).default;
  } catch (cause) {
    if (cause instanceof BotError) throw cause;
    const reason = (cause instanceof Error ? cause.message : String(cause)).replaceAll(/\s*\n\s*/g, " ");
    const place = cause instanceof Error ? placeOf(cause) : undefined;
    if (!place) throw invalid(`bot.config.ts: ${reason}`, cause);
    throw invalid(`${place.file}:${place.line}:${place.column}: ${reason} at \`${place.text}\``, cause);
  }
}

function invalid(message: string, cause?: unknown): BotError {
  return new BotError("config.invalid_bot", message, { retry: "never", cause });
}
