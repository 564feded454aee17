import { type Bot, defineBot } from "@henji/core/bot";
import { BotError } from "@henji/core/error";
import { locationOf } from "./error-location.ts";

/**
 * Loads the current `bot.config.ts`, and checks it even if it does not use `defineBot`.
 *
 * @throws BotError `config.invalid_bot`, with a message of one line
 */
export async function loadBot(): Promise<Bot> {
  const config = await importConfig();
  if (config !== undefined) return defineBot(config);
  throw invalid("bot.config.ts: nothing is exported by default: end it with export default defineBot({ … })");
}

async function importConfig() {
  try {
    // Resolves to the file that the handler loads, `--config` included.
    return (await import("../../../bot.config.ts")).default;
  } catch (cause) {
    if (cause instanceof BotError) throw cause;
    const reason = (cause instanceof Error ? cause.message : String(cause)).replaceAll(/\s*\n\s*/g, " ");
    const location = cause instanceof Error ? locationOf(cause) : undefined;
    if (!location) throw invalid(`bot.config.ts: ${reason}`, cause);
    throw invalid(
      `${location.file}:${location.line}:${location.column}: ${reason} at \`${location.text}\``,
      cause,
    );
  }
}

function invalid(message: string, cause?: unknown): BotError {
  return new BotError("config.invalid_bot", message, { retry: "never", cause });
}
