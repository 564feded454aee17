import { type Content, textOf } from "../platform/content.ts";
import { timeOf } from "../turn/place.ts";
import type { PastTurn } from "../turn/turn.ts";
import { TOKENS_PER_MESSAGE, tokensAtMost } from "./tokens.ts";

export type ContextMessage = { role: "user" | "assistant"; content: string };

/** Says what the summary is: notes, and nothing to be obeyed. */
export const SUMMARY_HEADING = "Notes on our conversation so far, for reference only:";

/** What is sent to the model. */
export type Context = {
  instructions: string;
  input: ContextMessage[];
  /** No more input tokens than this, by construction. */
  tokensAtMost: number;
};

/** With how many past turns are in it: the newest. */
export type BuiltContext = Context & { turns: number };

export type ContextRequest = {
  instructions: string;
  /** What is remembered of the turns before the window; empty: nothing. */
  summary: string;
  /** Answered turns before this message, oldest first. */
  turns: readonly PastTurn[];
  /** Where the window starts: a time, since a key says nothing of the order within its millisecond. */
  windowStart: string;
  question: Content;
  /**
   * Turns beyond this are left out, oldest first, until the window has been moved. It holds for the newest turn
   * too: one that has no room even alone is left out, and comes into the notes with the next fold.
   */
  maxWindowTokens: number;
};

/**
 * `instructions → summary → turns since windowStart → new message`. Nothing in front of the new
 * message changes from turn to turn but by appending, so the model's prompt cache
 * serves the prefix. The summary holds users' words: it is a message, never an instruction.
 */
export function buildContext(request: ContextRequest): BuiltContext {
  const { instructions, summary, windowStart, maxWindowTokens } = request;
  const message = textOf(request.question);
  const turns = newestWithin(
    request.turns.filter(({ key }) => key >= windowStart),
    maxWindowTokens,
  );
  return {
    instructions,
    input: [...summaryMessages(summary), ...turns.flatMap(toMessages), { role: "user", content: message }],
    tokensAtMost:
      tokensAtMost(instructions) +
      sum([...summaryMessages(summary), { content: message }].map(({ content }) => tokensAtMost(content))) +
      3 * TOKENS_PER_MESSAGE +
      sum(turns.map(tokensOf)),
    turns: turns.length,
  };
}

export type WindowMarks = { highWaterTokens: number; lowWaterTokens: number; maxTurns: number };

/**
 * The time at which the window should start once `turns` are in it: unchanged below the high mark; past it, at
 * the oldest turn that keeps the window under the low mark. Dropping many turns rarely instead
 * of one turn always is what keeps the prefix in the model's cache. The newest turn stays, however
 * long it is: the next question is most likely about it.
 *
 * @param isWhole whether `turns` reach back to `windowStart`; if not, there are more than anyone has read
 */
export function nextWindowStart(
  turns: readonly PastTurn[],
  windowStart: string,
  marks: WindowMarks,
  isWhole = true,
): string {
  const window = turns.filter(({ key }) => key >= windowStart);
  const newest = window.at(-1);
  if (!newest) return windowStart;
  const full = sum(window.map(tokensOf)) > marks.highWaterTokens || window.length >= marks.maxTurns;
  if (!full && isWhole) return windowStart;
  const kept = newestWithin(window, marks.lowWaterTokens).slice(-Math.ceil(marks.maxTurns / 2));
  return timeOf((kept[0] ?? newest).key);
}

/** An answer that was erased, because it repeated an unsent message, is empty. */
function toMessages({ question, answer }: PastTurn): ContextMessage[] {
  const asked: ContextMessage = { role: "user", content: textOf(question) };
  return answer === "" ? [asked] : [asked, { role: "assistant", content: answer }];
}

function summaryMessages(summary: string): ContextMessage[] {
  if (summary === "") return [];
  return [{ role: "user", content: `${SUMMARY_HEADING}\n${summary}` }];
}

function newestWithin(turns: readonly PastTurn[], maxTokens: number): PastTurn[] {
  let room = maxTokens;
  const tooOld = turns.findLastIndex((turn) => {
    room -= tokensOf(turn);
    return room < 0;
  });
  return turns.slice(tooOld + 1);
}

/** Tokens of a turn in the context: counted if they were, bounded if not. */
export function tokensOf({ tokens, question, answer }: PastTurn): number {
  const text = tokens
    ? tokens.question + tokens.answer
    : tokensAtMost(textOf(question)) + tokensAtMost(answer);
  return text + 2 * TOKENS_PER_MESSAGE;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, n) => total + n, 0);
}
