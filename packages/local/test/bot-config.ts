import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const shipped = resolve(import.meta.dirname, "../../core/test/shipped.config.ts");
const core = resolve(import.meta.dirname, "../../core/src/bot/bot.ts");

/**
 * Writes a changed copy of the shipped bot.config.ts into a directory outside of the project.
 *
 * @returns its path
 */
export function writeBotConfig(directory: string, change = (text: string) => text): string {
  const file = join(directory, "bot.config.ts");
  writeFileSync(file, change(readFileSync(shipped, "utf8").replace("@henji/core/bot", core)));
  return file;
}
