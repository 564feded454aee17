import type { Bot } from "@henji/core/bot";
import { isHosted } from "@henji/core/tool/tool";

/** The vector store that `bot.config.ts` names, if it has a file search. */
export function storeOf(bot: Pick<Bot, "tools" | "timeZone">): string | undefined {
  const search = bot.tools.filter(isHosted).find(({ hosted }) => hosted === "file_search");
  const { vector_store_ids: [store] = [] } = (search?.inRequest(bot) ?? {}) as {
    vector_store_ids?: string[];
  };
  return store;
}
