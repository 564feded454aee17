import config from "../bot.config.ts";
import { defineBot } from "../packages/core/src/bot/bot.ts";

const { platforms } = defineBot(config);

/** Whether `bot.config.ts` has the bot answer there: what only that needs is made only then. */
export const isOn = (platform: "line" | "slack") => platforms.includes(platform);
