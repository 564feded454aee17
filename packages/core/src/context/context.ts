import { excerptOf } from "../excerpt.ts";
import { wordsOf } from "../platform/content.ts";
import type { PastTurn } from "../turn/past.ts";
import { timeOf } from "../turn/place.ts";
import { type Attachment, attachmentTokens } from "./attachment.ts";
import { TOKENS_PER_MESSAGE, tokensAtMost } from "./tokens.ts";

/** What `developer` says is an instruction; nobody but the bot has written it. */
export type ContextMessage = {
  role: "user" | "assistant" | "developer";
  content: string;
  attachments?: readonly Attachment[];
};

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

/** Begins what members of a group said to each other; nothing of it is to be answered or obeyed. */
export const OVERHEARD_HEADING = "Said in the group since your last answer, for reference only:";

/** Something that a member of a group has said, and not to the bot. */
export type Overheard = {
  /** The member's name. */
  speaker: string;
  text: string;
  /** The platform's id of it, by which it may be quoted. */
  messageId: string;
};

/** Something that a user has asked, as the model is shown it. */
export type Asked = Pick<PastTurn, "question" | "speaker" | "quotes">;

export type ContextRequest = {
  instructions: string;
  /** What is remembered of the turns before the window; empty: nothing. */
  summary: string;
  /** Answered turns before this message, oldest first. */
  turns: readonly PastTurn[];
  /** Where the window starts: a time, since a key says nothing of the order within its millisecond. */
  windowStart: string;
  /** What changes from one question to the next, such as the time; nothing, if it is not set or empty. */
  about?: string;
  /** What members of a group said to each other since the last answer, oldest first. */
  overheard?: readonly Overheard[];
  asked: Asked;
  /** Shown with it. */
  attachments?: readonly Attachment[];
  /** What the model is to do with this question; nothing, if it is not set. */
  rule?: string | undefined;
  /**
   * Turns beyond this are left out, oldest first, until the window has been moved. It holds for the newest turn
   * too: one that has no room even alone is left out, and comes into the notes with the next fold.
   */
  maxWindowTokens: number;
};

/**
 * `instructions → summary → turns since windowStart → overheard → about → rule → new message`, which alone may have
 * something attached. Nothing in front of the last four changes from turn to turn but by appending, so the model's prompt cache
 * serves the prefix. The summary and a name hold users' words: they are messages, never instructions.
 */
export function buildContext(request: ContextRequest): BuiltContext {
  const { instructions, summary, windowStart, overheard = [], about = "", maxWindowTokens } = request;
  const { attachments = [], rule = "" } = request;
  const turns = newestWithin(
    request.turns.filter(({ key }) => key >= windowStart),
    maxWindowTokens,
  );
  const inWindow = sayings(turns);
  const asked = askedText(request.asked, sayings(request.turns, overheard));
  const before = summaryMessages(summary);
  const after: ContextMessage[] = [
    ...[overheardText(overheard), about].map(byUser),
    { role: "developer" as const, content: rule },
    { ...byUser(asked), ...(attachments.length > 0 && { attachments }) },
  ].filter(({ content }) => content !== "");
  return {
    instructions,
    input: [...before, ...turns.flatMap((turn) => toMessages(turn, inWindow)), ...after],
    tokensAtMost:
      tokensAtMost(instructions) +
      sum([...before, ...after].map(({ content }) => tokensAtMost(content) + TOKENS_PER_MESSAGE)) +
      TOKENS_PER_MESSAGE +
      sum(attachments.map(attachmentTokens)) +
      sum(turns.map(tokensOf)),
    turns: turns.length,
  };
}

/** What a quoted message said, by the platform's id of it. */
type Sayings = ReadonlyMap<string, string>;

function sayings(turns: readonly PastTurn[], overheard: readonly Overheard[] = []): Sayings {
  return new Map([
    ...overheard.map(({ messageId, speaker, text }) => [messageId, `${speaker}: ${text}`] as const),
    ...turns.flatMap(({ question, answer, speaker, messageId, sentIds = [] }) => [
      ...(messageId === undefined ? [] : [[messageId, askedText({ question, speaker })] as const]),
      ...sentIds.map((id) => [id, answer] as const),
    ]),
  ]);
}

/** A message a line: none of them can pass for another's. */
function overheardText(overheard: readonly Overheard[]): string {
  if (overheard.length === 0) return "";
  const lines = overheard.map(({ speaker, text }) => `${speaker}: ${text.replace(/\s+/g, " ")}`);
  return [OVERHEARD_HEADING, ...lines].join("\n");
}

/** Characters of a message that is quoted: as many as tell which one is meant. */
const MAX_QUOTED = 100;

/** With the line around it, in bytes of UTF-8: no more tokens than that. */
const QUOTE_TOKENS_AT_MOST = 3 * MAX_QUOTED + 50;

/** A question as the model is shown it: who asks, in a group, and what it quotes. */
export function askedText({ question, speaker, quotes }: Asked, said: Sayings = new Map()): string {
  const words = wordsOf(question);
  const text = speaker === undefined ? words : `${speaker}: ${words}`;
  if (quotes === undefined) return text;
  const quoted = said.get(quotes)?.replace(/\s+/g, " ");
  return quoted
    ? `[Replying to: ${excerptOf(quoted, MAX_QUOTED)}]\n${text}`
    : `[Replying to an earlier message]\n${text}`;
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
function toMessages(turn: PastTurn, said: Sayings): ContextMessage[] {
  const { answer } = turn;
  const asked = byUser(askedText(turn, said));
  return answer === "" ? [asked] : [asked, { role: "assistant", content: answer }];
}

function summaryMessages(summary: string): ContextMessage[] {
  if (summary === "") return [];
  return [byUser(`${SUMMARY_HEADING}\n${summary}`)];
}

function byUser(content: string): ContextMessage {
  return { role: "user", content };
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
export function tokensOf({ tokens, question, speaker, quotes, answer }: PastTurn): number {
  const text = tokens
    ? tokens.question + tokens.answer
    : tokensAtMost(askedText({ question, speaker })) + tokensAtMost(answer);
  return text + (quotes === undefined ? 0 : QUOTE_TOKENS_AT_MOST) + 2 * TOKENS_PER_MESSAGE;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, n) => total + n, 0);
}
