import { BotError } from "@henji/core/error";
import type { Moderated, Moderator } from "@henji/core/model/moderator";

export type MemoryModeratorOptions = {
  /** Default: nothing falls under any. */
  categories?: (what: Moderated) => readonly string[];
  /** Never answers, until it is told that its time is over. */
  hangs?: () => boolean;
};

/** OpenAI's moderation, without a network. */
export function createMemoryModerator(options: MemoryModeratorOptions = {}): Moderator {
  const { categories = () => [], hangs = () => false } = options;
  return {
    async moderate(what, signal) {
      if (!hangs()) return categories(what);
      await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
      throw new BotError("model.timeout", "OpenAI could not be heard", { retry: "later" });
    },
  };
}
