import config from "../bot.config.ts";
import { defineBot } from "../packages/core/src/bot/bot.ts";

const known = ["line", "slack"] as const;

export const { platforms } = defineBot(config);
const unknown = platforms.find((name) => !known.some((one) => one === name));
if (unknown !== undefined) {
  throw new Error(`bot.config.ts: no platform "${unknown}": there are ${known.join(" and ")}`);
}

/** Whether `bot.config.ts` has the bot answer there: what only that needs is made only then. */
export const isOn = (platform: (typeof known)[number]) => platforms.includes(platform);
