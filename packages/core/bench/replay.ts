import type { Bot } from "@henji/core/bot";
import type { CountTokens } from "@henji/core/context/tokens";
import { textContent } from "@henji/core/platform/content";
import type { PastTurn } from "@henji/core/turn/past";
import { createPromptCache } from "../../model-simulator/src/prompt-cache.ts";
import type { Exchange } from "./conversation.ts";
import { promptTokens } from "./prompt.ts";
import type { Strategy } from "./strategies.ts";

/** US dollars for a million tokens. */
type Prices = Bot["model"]["prices"];

/** What one turn took. */
export type TurnCost = {
  inputTokens: number;
  cachedTokens: number;
  /** US dollars for the input of the question's call. */
  inputUsd: number;
  /** US dollars for input and output of the call that rewrote the summary. */
  foldUsd: number;
  /** The summary was rewritten behind this turn. */
  folded: boolean;
};

export type ReplayOptions = {
  exchanges: readonly Exchange[];
  strategy: Strategy;
  prices: Prices;
  count: CountTokens;
  /** Between two questions. */
  pauseMs: number;
};

/** A conversation as a strategy would have sent it, against a prompt cache of its own. */
export function replay({ exchanges, strategy, prices, count, pauseMs }: ReplayOptions): TurnCost[] {
  let now = Date.UTC(2026, 0, 1);
  const cache = createPromptCache(() => now);

  function ask(prompt: Int32Array) {
    const { cached, written } = cache.use("chat", prompt);
    const plain = prompt.length - cached - written;
    const usd =
      (cached * prices.cachedInput + written * prices.cacheWrite + plain * prices.input) / 1_000_000;
    return { cached, usd };
  }

  return exchanges.map(({ question, answer }) => {
    now += pauseMs;
    const context = strategy.context(question);
    const prompt = promptTokens(context);
    if (prompt.length > context.tokensAtMost) throw new Error("A request is longer than its bound");
    const asked = ask(prompt);
    const turn: PastTurn = {
      key: String(now).padStart(13, "0"),
      question: textContent(question),
      answer,
      tokens: { question: count(question), answer: count(answer) },
    };
    const fold = strategy.answered(turn);
    const foldUsd = fold
      ? ask(promptTokens(fold.request)).usd + (count(fold.summary) * prices.output) / 1_000_000
      : 0;
    return {
      inputTokens: prompt.length,
      cachedTokens: asked.cached,
      inputUsd: asked.usd,
      foldUsd,
      folded: fold !== undefined,
    };
  });
}

/**
 * Mean cost of the turns from `from` to `to` (counted from 1), over whole cycles: from the turn behind one
 * fold to the turn with the next. Every cycle that shares a turn with the range counts in full, so
 * that each has its one fold and its one rewritten prefix, wherever the range happens to cut.
 */
export function meanOverCycles(turns: readonly TurnCost[], from: number, to: number) {
  const folds = turns.flatMap(({ folded }, index) => (folded ? [index + 1] : []));
  const cycles = folds
    .slice(1)
    .map((end, n) => ({ start: folds[n]! + 1, end }))
    .filter(({ start, end }) => start <= to && end >= from);
  const first = cycles[0];
  const last = cycles.at(-1);
  if (!first || !last) return undefined;
  const range = turns.slice(first.start - 1, last.end);
  const usd = range.reduce((total, turn) => total + turn.inputUsd + turn.foldUsd, 0);
  return { from: first.start, to: last.end, cycles: cycles.length, usdPerTurn: usd / range.length };
}
