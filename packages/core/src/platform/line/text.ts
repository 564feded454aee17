/** LINE: at most 5,000 UTF-16 code units in a text message. */
export const MAX_UNITS = 5_000;
/** LINE: at most 5 messages in a reply or push. */
export const MAX_MESSAGES = 5;

export type TextMessage = { type: "text"; text: string; quickReply?: QuickReply };

/** Buttons under the newest message; pressing one sends its text as the user's own. */
export type QuickReply = {
  items: { type: "action"; action: { type: "message"; label: string; text: string } }[];
};

/** LINE: a button's label has at most 20 grapheme clusters. */
const MAX_LABEL = 20;

/** The messages with buttons under the last. */
export function withButtons(
  messages: readonly TextMessage[],
  buttons: readonly { label: string; text: string }[],
): TextMessage[] {
  const items = buttons.map(({ label, text }) => ({
    type: "action" as const,
    action: { type: "message" as const, label: shorten(label), text },
  }));
  const last = messages.at(-1);
  return last && items.length > 0
    ? [...messages.slice(0, -1), { ...last, quickReply: { items } }]
    : [...messages];
}

const shorten = (label: string) =>
  Array.from(new Intl.Segmenter().segment(label), ({ segment }) => segment)
    .slice(0, MAX_LABEL)
    .join("");

/**
 * An answer as LINE messages, in one call's worth: at most 5 of at most 5,000 UTF-16 code
 * units, broken where a reader would break them. What does not fit is cut, and says so.
 *
 * @param text not empty
 * @param cutNotice ends an answer that is not whole
 * @param cut the text is already known not to be whole
 */
export function toMessages(text: string, cutNotice: string, cut = false): TextMessage[] {
  const pieces = split(plain(text).trim(), MAX_UNITS, MAX_MESSAGES + 1);
  const fits = pieces.length <= MAX_MESSAGES;
  const kept = pieces.slice(0, MAX_MESSAGES);
  if (cut || !fits) kept.push(withNotice(kept.pop()!, cutNotice));
  return kept.map((piece) => ({ type: "text", text: piece }));
}

function withNotice(piece: string, notice: string): string {
  const room = MAX_UNITS - notice.length - 1;
  return `${piece.slice(0, lastBreak(piece, room)).trimEnd()}\n${notice}`;
}

/** At most `most` pieces of at most `units` UTF-16 code units; the last one holds all the rest. */
export function split(text: string, units: number, most: number): string[] {
  const pieces: string[] = [];
  let rest = text;
  while (rest.length > units && pieces.length < most - 1) {
    const end = lastBreak(rest, units);
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
function plain(text: string): string {
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
