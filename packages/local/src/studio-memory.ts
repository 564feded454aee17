import type { Chats } from "@henji/core/chat/chats";
import type { Clock } from "@henji/core/clock";
import { buildContext, tokensOf } from "@henji/core/context/context";
import { loadTokenizer } from "@henji/core/context/tokens";
import { userHash } from "@henji/core/log";
import { textContent } from "@henji/core/platform/content";
import { dayOf } from "@henji/core/time-zone";
import { AFTER_ALL } from "@henji/core/turn/place";
import { costOf, runningTotal } from "@henji/core/usage/usage";
import type { BotInUse } from "./bot-in-use.ts";
import type { ChatMemory } from "./studio-view.ts";

export type MemoryOptions = {
  chats: Pick<Chats, "recall">;
  bot: () => BotInUse;
  clock: Clock;
};

/** Reads what the bot remembers of a chat, with core's own functions, as the next message will. */
export function createMemory({ chats, bot, clock }: MemoryOptions): (chatId: string) => Promise<ChatMemory> {
  return async (chatId) => {
    const { memory: marks, model, timeZone } = bot();
    const now = clock.now();
    // One more than the turns: the chat's own item is read with them.
    const memory = await chats.recall({ chatId, key: AFTER_ALL, sequence: "" }, marks.maxTurns + 1, now);
    const { turns, windowStart, summary } = memory;
    const context = buildContext({
      ...{ turns, windowStart, summary, instructions: "", question: textContent("") },
      maxWindowTokens: marks.maxTokens,
    });
    const sent = turns.slice(turns.length - context.turns);
    // In a 1:1 chat the user has the id of the chat.
    const user = userHash(chatId);
    const { usage } = runningTotal(memory.usages, memory.fold, { user, day: dayOf(now, timeZone) });
    const { answers, inputTokens, cachedTokens, outputTokens, replies, pushes } = usage;
    return {
      window: {
        turns: sent.length,
        tokens: sent.reduce((total, turn) => total + tokensOf(turn), 0),
        leftOut: turns.filter(({ key }) => key >= windowStart).length - sent.length,
        lowWaterTokens: marks.lowWaterTokens,
        highWaterTokens: marks.highWaterTokens,
        maxTokens: marks.maxTokens,
      },
      notes: { text: summary, tokens: await countTokens(summary), maxTokens: marks.summaryTokens },
      today: {
        ...{ answers, inputTokens, cachedTokens, outputTokens, replies, pushes },
        timeZone,
        dollars: costOf(usage, model.prices),
      },
    };
  };
}

/** Without notes, the tokenizer and its 70 MB are not loaded. */
async function countTokens(text: string): Promise<number> {
  return text === "" ? 0 : (await loadTokenizer())(text);
}
