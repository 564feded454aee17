import type { Conversation, Message } from "./request.ts";
import { shorten } from "./shorten.ts";
import { countTokens } from "./tokens.ts";

/** Graphemes of a message in the notes before it is shortened. */
const NOTE_LENGTH = 40;

const OLD_NOTES = "Notes so far:\n";
const NEW_MESSAGES = "\n\nNew messages:\n";
const HEADING = "Notes on our conversation so far, for reference only:\n";
/** Begins what Henji tells beside a question: the time, and who asks. */
const REFERENCE = "For reference only:";

/** A request to rewrite the notes on a conversation. */
export type NotesRequest = {
  /** As the instructions ask for them; they may ask for none. */
  mostTokens: number;
  /** The notes so far. */
  lines: string[];
  /** What the user has said since. */
  said: string[];
};

/**
 * A request for notes is one message: the notes so far as a JSON string and the new messages as JSON lines.
 *
 * @returns undefined for any other request
 */
export function readNotesRequest({ instructions, messages }: Conversation): NotesRequest | undefined {
  const [only, ...others] = messages;
  if (only?.role !== "user" || others.length > 0 || !only.text.startsWith(OLD_NOTES)) return undefined;
  const end = only.text.indexOf(NEW_MESSAGES);
  if (end < 0) return undefined;
  const notes = notesIn(only.text.slice(OLD_NOTES.length, Math.max(OLD_NOTES.length, end)));
  if (notes === undefined) return undefined;
  const [, mostTokens = Number.POSITIVE_INFINITY] = /\bat most (\d+) tokens\b/i.exec(instructions) ?? [];
  return {
    mostTokens: Number(mostTokens),
    lines: linesOf(notes),
    said: only.text
      .slice(end + NEW_MESSAGES.length)
      .split("\n")
      .flatMap(saidIn),
  };
}

function notesIn(json: string): string | undefined {
  try {
    const notes: unknown = JSON.parse(json);
    return typeof notes === "string" ? notes : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The notes so far and a line for each new message. If they exceed the limit, lines from the middle are
 * left out, so that the first and the last ones stay.
 */
export async function writeNotes(
  { lines, said, mostTokens }: NotesRequest,
  maxOutputTokens = Number.POSITIVE_INFINITY,
): Promise<string> {
  const maxTokens = Math.min(mostTokens, maxOutputTokens);
  const count = await countTokens();
  const all = [...lines, ...said.map((text) => shorten(text, NOTE_LENGTH) || "…")].map((line) => `- ${line}`);
  const ends = (kept: number) =>
    [...all.slice(0, Math.ceil(kept / 2)), ...all.slice(all.length - Math.floor(kept / 2))].join("\n");
  // One line at least, even if the answer's limit then cuts it.
  let fits = 1;
  let tooMany = all.length + 1;
  while (tooMany - fits > 1) {
    const middle = (fits + tooMany) >> 1;
    if (count(ends(middle)) <= maxTokens) fits = middle;
    else tooMany = middle;
  }
  return ends(fits);
}

/** What a bot sends before the new message. */
export type Remembered = {
  /** Notes on what is no longer sent, a line each. */
  notes: string[];
  /** The messages of the conversation. */
  messages: Message[];
};

/** Notes precede a message of the user; a user's own message with these words is followed by an answer. */
export function readRemembered(conversation: Conversation): Remembered {
  const messages = conversation.messages.filter(({ text }) => !text.startsWith(REFERENCE));
  const [first, second] = messages;
  if (first?.role !== "user" || second?.role !== "user" || !first.text.startsWith(HEADING)) {
    return { notes: [], messages };
  }
  return { notes: linesOf(first.text.slice(HEADING.length)), messages: messages.slice(1) };
}

function linesOf(notes: string): string[] {
  return notes
    .split("\n")
    .map((line) => line.replace(/^[-*・•]\s*/, "").trim())
    .filter((line) => line !== "");
}

function saidIn(line: string): string[] {
  try {
    const { user } = JSON.parse(line) as { user?: unknown };
    return typeof user === "string" ? [user] : [];
  } catch {
    return [];
  }
}

/** Sorted by the number of words in common with the question, then oldest first. */
export function closestFirst(notes: readonly string[], question: string): string[] {
  const asked = wordsOf(question);
  const shared = (note: string) => [...wordsOf(note)].filter((word) => asked.has(word)).length;
  return notes
    .map((note) => ({ note, shared: shared(note) }))
    .sort((a, b) => b.shared - a.shared)
    .map(({ note }) => note);
}

const words = new Intl.Segmenter("ja", { granularity: "word" });

function wordsOf(text: string): Set<string> {
  const segments = Array.from(words.segment(text.toLowerCase()));
  return new Set(segments.flatMap(({ segment, isWordLike }) => (isWordLike ? segment : [])));
}
