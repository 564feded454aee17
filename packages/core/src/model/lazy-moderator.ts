import type { Moderator, ModeratorOptions } from "./moderator.ts";

/** OpenAI's: loaded when the first question is looked at. */
export function createModerator(options: ModeratorOptions): Moderator {
  return {
    async moderate(what, signal) {
      const { moderate } = await import("./openai-moderator.ts");
      return moderate(what, signal, options);
    },
  };
}
