import type { Bot } from "../bot/bot.ts";
import type { Chats } from "../chat/chats.ts";
import { userHash } from "../log.ts";
import { dayOf } from "../time-zone.ts";
import { AFTER_ALL } from "../turn/place.ts";
import { costOf, runningTotal } from "../usage/usage.ts";
import { buildContext, tokensOf } from "./context.ts";
import { loadTokenizer } from "./tokens.ts";

/** What the bot remembers of a chat, and what that has cost. */
export type ChatMemory = {
  /** The past turns that are sent to the model verbatim, and the marks that bound them. */
  window: {
    turns: number;
    tokens: number;
    /** Turns in the window that are not sent, because they would exceed `maxTokens`. */
    leftOut: number;
    lowWaterTokens: number;
    highWaterTokens: number;
    maxTokens: number;
  };
  /** The summary of the turns before the window; may be empty. */
  notes: { text: string; tokens: number; maxTokens: number };
  /** What the chat has used today. */
  today: {
    /** That defines the day. */
    timeZone: string;
    answers: number;
    inputTokens: number;
    /** Part of the input that came from the model's prompt cache. */
    cachedTokens: number;
    outputTokens: number;
    replies: number;
    pushes: number;
    dollars: number;
  };
};

export type MemoryOptions = {
  chats: Pick<Chats, "recall">;
  bot: Pick<Bot, "model" | "memory" | "timeZone">;
  now: number;
};

/** For people who look at a chat from outside: read as the next message will read it. */
export async function readMemory(chatId: string, { chats, bot, now }: MemoryOptions): Promise<ChatMemory> {
  const { memory: marks, model, timeZone } = bot;
  // One more than the turns: the chat's own item is read with them.
  const memory = await chats.recall({ chatId, key: AFTER_ALL, sequence: "" }, marks.maxTurns + 1, now);
  const { turns, windowStart, summary } = memory;
  const context = buildContext({
    ...{ turns, windowStart, summary, instructions: "", about: "", asked: { question: [] } },
    maxWindowTokens: marks.maxTokens,
  });
  const sent = turns.slice(turns.length - context.turns);
  // In a 1:1 chat the user has the id of the chat; a group's total has it too.
  const user = userHash(chatId);
  const carried = memory.chatUsages.length > 0 ? memory.chatUsages : memory.usages;
  const usage = runningTotal(carried, memory.fold, { user, day: dayOf(now, timeZone) });
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
}

/** Without notes, the tokenizer and its 76 MB are not loaded. */
async function countTokens(text: string): Promise<number> {
  return text === "" ? 0 : (await loadTokenizer())(text);
}
