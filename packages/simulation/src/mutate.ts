import { registerHooks } from "node:module";
import type { Edit } from "./mutations/mutation.ts";

/** From now on core loads with a mistake in it. Fails if the text is not there exactly once. */
export function mutateCore({ file, find, replace }: Edit): void {
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      if (!url.endsWith(`/packages/core/src/${file}`)) return loaded;
      const parts = String(loaded.source).split(find);
      if (parts.length !== 2) {
        throw new Error(`${file} has ${parts.length - 1} places like this, not one: ${find}`);
      }
      return { ...loaded, source: parts.join(replace) };
    },
  });
}
