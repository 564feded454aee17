import type { Bot } from "@henji/core/bot";
import { buildContext, type Context, nextWindowStart, tokensOf } from "@henji/core/context/context";
import { foldContext } from "@henji/core/context/fold";
import type { CountTokens } from "@henji/core/context/tokens";
import { textContent, textOf } from "@henji/core/platform/content";
import type { PastTurn } from "@henji/core/turn/past";

/** A model call that rewrites the summary. */
export type Fold = { request: Pick<Context, "instructions" | "input">; summary: string };

/** One chat's memory: what it sends with a question, and what it does once that is answered. */
export type Strategy = {
  context(message: string): Context;
  /** Takes the turn in; returns the call it makes for that, if any. */
  answered(turn: PastTurn): Fold | undefined;
};

export type StrategyOptions = {
  instructions: string;
  memory: Bot["memory"];
  count: CountTokens;
};

/** Everything, always. */
export function wholeHistory({ instructions }: StrategyOptions): Strategy {
  return history({ instructions, maxWindowTokens: Infinity });
}

/** The newest turns that fit: past the budget, the oldest leave one at a time. */
export function slidingWindow({ instructions, memory }: StrategyOptions): Strategy {
  return history({ instructions, maxWindowTokens: memory.highWaterTokens });
}

function history(bounds: { instructions: string; maxWindowTokens: number }): Strategy {
  const turns: PastTurn[] = [];
  return {
    context: (message) =>
      buildContext({
        ...bounds,
        turns,
        windowStart: "",
        summary: "",
        asked: { question: textContent(message) },
      }),
    answered(turn) {
      turns.push(turn);
      return undefined;
    },
  };
}

/** As LangChain's summary buffer memory does: what passes the budget is folded into the summary at once. */
export function foldingEveryTurn(options: StrategyOptions): Strategy {
  const { instructions, memory } = options;
  const fold = createFold(options);
  const turns: PastTurn[] = [];
  let summary = "";
  return {
    context: (message) =>
      buildContext({
        instructions,
        summary,
        turns,
        windowStart: "",
        asked: { question: textContent(message) },
        maxWindowTokens: Infinity,
      }),
    answered(turn) {
      turns.push(turn);
      let tokens = turns.reduce((total, past) => total + tokensOf(past), 0);
      const leaving: PastTurn[] = [];
      while (tokens > memory.highWaterTokens) {
        const oldest = turns.shift()!;
        tokens -= tokensOf(oldest);
        leaving.push(oldest);
      }
      if (leaving.length === 0) return undefined;
      const folded = fold(summary, leaving);
      summary = folded.summary;
      return folded;
    },
  };
}

/** Ours: a window between two marks, and a summary that changes only when the window moves. */
export function foldingAtHighMark(options: StrategyOptions): Strategy {
  const { instructions, memory } = options;
  const maxWindowTokens = memory.highWaterTokens;
  const fold = createFold(options);
  const turns: PastTurn[] = [];
  let summary = "";
  let windowStart = "";
  return {
    context: (message) =>
      buildContext({
        instructions,
        summary,
        turns,
        windowStart,
        asked: { question: textContent(message) },
        maxWindowTokens,
      }),
    answered(turn) {
      turns.push(turn);
      const next = nextWindowStart(turns, windowStart, memory);
      if (next === windowStart) return undefined;
      const folded = fold(
        summary,
        turns.filter(({ key }) => key >= windowStart && key < next),
      );
      windowStart = next;
      summary = folded.summary;
      return folded;
    },
  };
}

/**
 * Stands in for the model that writes the summary: a line for each turn that leaves, behind the old
 * ones, without the oldest lines that would make it longer than the cap. What it says does
 * not matter here; its length does, and that it is new each time.
 */
function createFold({ memory, count }: StrategyOptions) {
  return (old: string, leaving: readonly PastTurn[]): Fold => {
    const lines = [...(old === "" ? [] : old.split("\n")), ...leaving.map(noteOf)];
    while (count(lines.join("\n")) > memory.summaryTokens) lines.shift();
    return { request: foldContext(old, leaving, memory.summaryTokens), summary: lines.join("\n") };
  };
}

function noteOf({ question, answer }: PastTurn): string {
  const start = (text: string) => Array.from(text.replaceAll("\n", " ")).slice(0, 40).join("");
  return `- ${start(textOf(question))}: ${start(answer)}`;
}
