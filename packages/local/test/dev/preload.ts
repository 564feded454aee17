// Before a pane of `sst dev`: holds that a test can wait for, and a bot.config.ts of its own.
import { registerHooks } from "node:module";
import { pathToFileURL } from "node:url";
import "../killable/short-holds.ts";

const { TEST_BOT_CONFIG: botConfig } = process.env;
if (botConfig) {
  const url = pathToFileURL(botConfig).href;
  registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier.endsWith("/bot.config.ts") ? url : specifier, context),
  });
}
