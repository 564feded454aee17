import { type Bot, instructionsFor } from "@henji/core/bot";
import type { Chats, Notes } from "@henji/core/chat/chats";
import { systemClock } from "@henji/core/clock";
import { buildContext } from "@henji/core/context/context";
import { createFold } from "@henji/core/context/fold";
import { loadTokenizer } from "@henji/core/context/tokens";
import { createLog } from "@henji/core/log";
import type { Model, ModelAnswer } from "@henji/core/model/model";
import { deadlines, worker } from "@henji/core/settings";
import { type ModelUsage, type PastTurn, turnKeyOf } from "@henji/core/turn/turn";
import type { Exchange } from "../../../core/bench/conversation.ts";

export type ChatOptions = { chatId: string; bot: Bot; model: Model; summarizer: Model };

export type Chat = {
  /** Adds a finished turn, and folds as the worker would. */
  add(exchange: Exchange): Promise<void>;
  /** Asks the model with the context that the bot would send. The question is not added to the conversation. */
  ask(message: string): Promise<ModelAnswer>;
  notes(): string;
  /** Turns so far, those of them that only the notes contain, and folds. */
  count(): { turns: number; summarized: number; folds: number };
  /** The usage of each fold. */
  readonly used: readonly ModelUsage[];
};

/** One chat in memory: core's own window, fold and context, without a table. */
export async function createChat({ chatId, bot, model, summarizer }: ChatOptions): Promise<Chat> {
  const count = await loadTokenizer();
  const turns: PastTurn[] = [];
  const used: ModelUsage[] = [];
  const failures: string[] = [];
  let notes: Notes = {
    windowStart: "",
    summary: "",
    erasedBefore: "",
    erasedTo: "",
    unsent: [],
    version: 0,
  };

  const chats: Pick<Chats, "page" | "note"> = {
    async page(_chatId, from, to) {
      const stored = turns.filter(({ key }) => key >= from && key <= to);
      return {
        turns: stored.map((past) => ({
          key: past.key,
          sequence: "",
          status: "delivered",
          isErased: false,
          hasNotice: false,
          question: past.question,
          answer: past.answer,
          past,
        })),
        next: undefined,
      };
    },
    async note(_chatId, _notes, { windowStart = notes.windowStart, summary = notes.summary, used: fold }) {
      notes = { ...notes, windowStart, summary, version: notes.version + 1 };
      if (fold) used.push(fold);
      return true;
    },
  };
  const log = createLog({
    write(line) {
      const { name, code } = JSON.parse(line);
      if (name === "window.not_folded") failures.push(code);
    },
  });
  const fold = createFold({ bot, chats, summarizer, clock: systemClock, log });

  return {
    async add({ question, answer }) {
      const timestamp = Date.UTC(2026, 5, 1) + turns.length * 60_000;
      const { key } = turnKeyOf(chatId, { type: "message", timestamp, webhookEventId: `E${turns.length}` });
      const past = { key, question, answer, tokens: { question: count(question), answer: count(answer) } };
      await fold({
        turn: { chatId, eventId: key },
        memory: { ...notes, turns, isWhole: true, finished: [], unanswered: [], usages: [] },
        past,
        safetyIdentifier: "eval",
        deadline: systemClock.now() + worker.timeoutS * 1000,
      })?.();
      turns.push(past);
      const [failure] = failures;
      if (failure) throw new Error(`The notes could not be written: ${failure}`);
    },
    ask(message) {
      const context = buildContext({
        ...notes,
        instructions: instructionsFor(bot, { type: "user", id: chatId }),
        turns,
        message,
        maxWindowTokens: bot.memory.maxTokens,
      });
      return model.ask(context, {
        cacheKey: chatId,
        safetyIdentifier: "eval",
        signal: AbortSignal.timeout(deadlines.modelMs),
      });
    },
    notes: () => notes.summary,
    count: () => ({
      turns: turns.length,
      summarized: turns.filter(({ key }) => key < notes.windowStart).length,
      folds: used.length,
    }),
    used,
  };
}
