import type { Button, ComposeOptions } from "../platform.ts";

/** LINE: at most 5,000 UTF-16 code units in a text message. */
const MAX_UNITS = 5_000;
/** LINE: at most 5 messages in a reply or push. */
const MAX_MESSAGES = 5;

export type TextMessage = { type: "text"; text: string; quickReply?: QuickReply };

/** Buttons under the newest message; pressing one sends its text as the user's own. */
export type QuickReply = {
  items: { type: "action"; action: { type: "message"; label: string; text: string } }[];
};

/** LINE: a button's label has at most 20 grapheme clusters. */
const MAX_LABEL = 20;

/**
 * A text as LINE messages, in one call's worth: at most 5 of at most 5,000 UTF-16 code units, broken where a
 * reader would break them, with buttons under the last. What does not fit is cut, and says so.
 */
export function compose(
  text: string,
  { cutNotice, isCut = false, format = "markdown", buttons = [] }: ComposeOptions,
): TextMessage[] {
  const readable = format === "markdown" ? withoutMarks(text) : text;
  const pieces = split(readable.trim(), MAX_MESSAGES + 1);
  const kept = pieces.slice(0, MAX_MESSAGES);
  if (isCut || kept.length < pieces.length) kept.push(withNotice(kept.pop()!, cutNotice));
  return withButtons(
    kept.map((piece) => ({ type: "text", text: piece })),
    buttons,
  );
}

/** Whether a plain text needs no more than one call. */
export function fits(text: string): boolean {
  return split(text, MAX_MESSAGES + 1).length <= MAX_MESSAGES;
}

function withButtons(messages: readonly TextMessage[], buttons: readonly Button[]): TextMessage[] {
  const last = messages.at(-1);
  if (!last || buttons.length === 0) return [...messages];
  const items = buttons.map(({ label, text }) => ({
    type: "action" as const,
    action: { type: "message" as const, label: shorten(label), text },
  }));
  return [...messages.slice(0, -1), { ...last, quickReply: { items } }];
}

const shorten = (label: string) =>
  Array.from(graphemes.segment(label), ({ segment }) => segment)
    .slice(0, MAX_LABEL)
    .join("");

function withNotice(piece: string, notice: string): string {
  const room = MAX_UNITS - notice.length - 1;
  return `${piece.slice(0, lastBreak(piece, room)).trimEnd()}\n${notice}`;
}

/** At most `most` pieces that each fit into a message; the last one holds all the rest. */
function split(text: string, most: number): string[] {
  const pieces: string[] = [];
  let rest = text;
  while (rest.length > MAX_UNITS && pieces.length < most - 1) {
    const end = lastBreak(rest, MAX_UNITS);
    pieces.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end).trimStart();
  }
  if (rest !== "") pieces.push(rest);
  return pieces;
}

/** Where to break: after a paragraph, a line, a sentence or a word, in this order, in the second half of the room. */
const breaks = [/\n\n/g, /\n/g, /[。！？]|[.!?](?=\s)/g, /\s/g];

function lastBreak(text: string, room: number): number {
  if (text.length <= room) return text.length;
  const from = Math.floor(room / 2);
  for (const pattern of breaks) {
    const last = [...text.slice(from, room).matchAll(pattern)].at(-1);
    if (last) return from + last.index + last[0].length;
  }
  return graphemeEnd(text, room);
}

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** The last place at or before `room` that does not fall inside what a reader sees as one character. */
function graphemeEnd(text: string, room: number): number {
  const end = graphemes.segment(text).containing(room)?.index;
  if (end) return end;
  // One character fills the room by itself, such as a chain of joined emoji: torn, but between code points.
  return /[\uDC00-\uDFFF]/.test(text.charAt(room)) ? room - 1 : room;
}

/** LINE renders no Markdown: takes off the marks that models add anyway, outside code. */
function withoutMarks(text: string): string {
  return text
    .split(/(```[\s\S]*?(?:```|$)|`[^`\n]+`)/)
    .map((part, index) => (index % 2 === 1 ? part : unmarked(part)))
    .join("");
}

function unmarked(text: string): string {
  return text
    .replace(/^#{1,6}[ \t]+(?=\S)/gm, "")
    .replace(/(?<![\w*])\*\*(\S(?:[^\n]{0,500}?\S)??)\*\*(?![\w*])/g, "$1")
    .replace(/(?<!!)\[([^[\]\n]{1,500})\]\((https?:\/\/[^\s)]+)\)/g, "$1 ($2)");
}
