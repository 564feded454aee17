import type { Plugin } from "esbuild";

/** Has a file stand for the project's `bot.config.ts`, as `HENJI_BOT_CONFIG` does on a laptop. */
export const botConfig: Plugin = {
  name: "bot-config",
  setup({ onResolve }) {
    const path = process.env.HENJI_BOT_CONFIG;
    if (path) onResolve({ filter: /\/bot[.]config[.]ts$/ }, () => ({ path }));
  },
};
