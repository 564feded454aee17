import { type Bot, instructionsFor } from "@henji/core/bot";
import type { Chats } from "@henji/core/chat/chats";
import { type ChatState, toState } from "@henji/core/chat/state";
import { systemClock } from "@henji/core/clock";
import { buildContext } from "@henji/core/context/context";
import { createFold, isFoldDue } from "@henji/core/context/fold";
import { loadTokenizer } from "@henji/core/context/tokens";
import { createLog } from "@henji/core/log";
import type { Model, ModelAnswer } from "@henji/core/model/model";
import { textContent } from "@henji/core/platform/content";
import { deadlines, worker } from "@henji/core/settings";
import type { PastTurn } from "@henji/core/turn/past";
import { turnKeyOf } from "@henji/core/turn/place";
import type { ModelUsage } from "@henji/core/usage/usage";
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
  let state: ChatState = toState(undefined, 0);

  const chats: Pick<Chats, "page" | "update"> = {
    async page(_chatId, from, to) {
      const stored = turns.filter(({ key }) => key >= from && key <= to);
      return {
        turns: stored.map((past) => ({
          key: past.key,
          sequence: "",
          status: "delivered",
          messageId: undefined,
          origin: past.key,
          isErased: false,
          wasReplayed: false,
          hasNotice: false,
          question: past.question,
          answer: past.answer,
          past,
          unanswered: undefined,
        })),
        next: undefined,
      };
    },
    async update(_chatId, _state, { windowStart = state.windowStart, summary = state.summary, used: fold }) {
      state = { ...state, windowStart, summary, version: state.version + 1 };
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
  const fold = createFold({ bot, chats, summarizer, clock: systemClock });

  return {
    async add({ question, answer }) {
      const at = Date.UTC(2026, 5, 1) + turns.length * 60_000;
      const { key } = turnKeyOf(chatId, { eventId: `E${turns.length}`, at });
      const tokens = { question: count(question), answer: count(answer) };
      const past = { key, question: textContent(question), answer, tokens };
      const memory = {
        ...{
          ...state,
          turns,
          isWhole: true,
          finished: [],
          unanswered: [],
          usages: [],
          chatUsages: [],
          lists: [],
        },
        ...{ recent: [], apologyPushedAt: undefined, folding: undefined },
      };
      const now = systemClock.now();
      if (isFoldDue({ memory, past }, bot, now)) {
        const deadline = now + worker.timeoutS * 1000;
        await fold({ chatId, memory, past, safetyIdentifier: "eval", deadline, log });
      }
      turns.push(past);
      const [failure] = failures;
      if (failure) throw new Error(`The notes could not be written: ${failure}`);
    },
    ask(message) {
      const context = buildContext({
        ...state,
        instructions: instructionsFor(bot, { type: "user", id: chatId }),
        turns,
        asked: { question: textContent(message) },
        maxWindowTokens: bot.memory.maxTokens,
      });
      return model.ask(context, {
        cacheKey: chatId,
        safetyIdentifier: "eval",
        signal: AbortSignal.timeout(deadlines.notesMs),
        beforeRequest: async () => {},
      });
    },
    notes: () => state.summary,
    count: () => ({
      turns: turns.length,
      summarized: turns.filter(({ key }) => key < state.windowStart).length,
      folds: used.length,
    }),
    used,
  };
}
