import type { Plugin } from "esbuild";

/**
 * Has files stand for the project's own: `HENJI_BOT_CONFIG`, as on a laptop, for `bot.config.ts`, and
 * `HENJI_CAPACITY` for core's `capacity.ts`.
 */
export const otherFiles: Plugin = {
  name: "other-files",
  setup({ onResolve }) {
    const { HENJI_BOT_CONFIG, HENJI_CAPACITY } = process.env;
    if (HENJI_BOT_CONFIG) onResolve({ filter: /\/bot[.]config[.]ts$/ }, () => ({ path: HENJI_BOT_CONFIG }));
    if (HENJI_CAPACITY)
      onResolve({ filter: /\/capacity[.]ts$/ }, ({ importer }) =>
        importer === HENJI_CAPACITY ? undefined : { path: HENJI_CAPACITY },
      );
  },
};
