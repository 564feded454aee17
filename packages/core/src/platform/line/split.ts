import { type Frame, framesIn } from "./code-frame.ts";

/** The beginning of a text, and what comes after it. */
type Parted = { piece: string; rest: string };

/** At most `most` pieces of at most `room` UTF-16 code units, none of them empty, and what they have no room for. */
export function split(text: string, room: number, most: number): { pieces: string[]; rest: string } {
  const pieces: string[] = [];
  let rest = text.trim();
  while (rest !== "" && pieces.length < most) {
    const parted = part(rest, room);
    pieces.push(parted.piece);
    rest = parted.rest;
  }
  return { pieces, rest };
}

/**
 * Parts a text where a reader would: after a paragraph, else a line, a sentence, a clause or a word, in the second
 * half of the room. Framed code stays whole if it fits into a bubble; if not, each part has a frame of its own.
 */
export function part(text: string, room: number): Parted {
  if (text.length <= room) return { piece: text, rest: "" };
  const frames = framesIn(text).filter(({ start }) => start < room);
  const torn = frames.find(({ end }) => end > room);
  if (torn?.start === 0) return partOfCode(text, torn, room);
  const at = torn ? markBefore(text, torn.start) : lastBreak(text, room, frames);
  return { piece: text.slice(0, at).trimEnd(), rest: restFrom(text, at) };
}

/** White space between bubbles is not shown, but an item keeps its indentation. */
function restFrom(text: string, at: number): string {
  const rest = text.slice(at);
  const indented = /^\s*?([^\S\n]{0,20})(?=\S)/.exec(rest);
  const isLine = text[at - 1] === "\n" || /^\s*\n/.test(rest);
  return isLine && indented ? rest.slice(indented[0].length - indented[1]!.length) : rest.trimStart();
}

/** Code too long for one bubble, parted between lines, or within one that is too long itself. */
function partOfCode(text: string, { top, bottom }: Frame, room: number): Parted {
  const last = room - bottom.length - 1;
  const lineEnd = text.lastIndexOf("\n", last);
  const at = lineEnd > top.length + 1 ? lineEnd : graphemeEnd(text, last);
  const rest = text.slice(text[at] === "\n" ? at + 1 : at);
  return { piece: `${text.slice(0, at)}\n${bottom}`, rest: `${top}\n${rest}` };
}

/** A sentence keeps the quotes and brackets that close after it: 「はい。」 */
const sentence = /[。．！？][。．！？」』）】〉》〕”’]*|[.!?]["'”’)\]]*(?=\s)/g;
const breaks = [/\n\n/g, /\n/g, sentence, /[、，；：]/g, /\s/g];

/** Code that is all of an item, or comes right after a heading, takes that line along. */
function markBefore(text: string, at: number): number {
  const line = text.lastIndexOf("\n", at - 2) + 1;
  return line > 0 && !isBreakable(text, at) ? line : at;
}

function lastBreak(text: string, room: number, frames: readonly Frame[]): number {
  const from = Math.floor(room / 2);
  const frameAt = (at: number) => frames.find(({ start, end }) => at > start && at <= end);
  for (const pattern of breaks) {
    const found = [...text.slice(from, room).matchAll(pattern)];
    const ends = found.map(({ index, 0: mark }) => from + index + mark.length);
    const end = ends.findLast((at) => !frameAt(at) && isBreakable(text, at));
    if (end !== undefined) return end;
  }
  return frameAt(room)?.end ?? wordEnd(text, room);
}

/** The mark of an item or a heading, and a heading, belong to what follows. */
const mark = /^[\s│]*(?:[•\-■◆✅⬜]|\d{1,9}[.)])$/u;
const heading = /^[\s│]*[■◆] /u;

function isBreakable(text: string, at: number): boolean {
  const before = text.slice(0, at).trimEnd();
  const line = before.slice(before.lastIndexOf("\n") + 1);
  if (mark.test(line) || (heading.test(line) && text[at - 1] === "\n")) return false;
  // What stands before is one character by itself, unless an accent or the like follows.
  return graphemes.segment(text.slice(at - 1, at + 3)).containing(1)?.index === 1;
}

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });
const words = new Intl.Segmenter("ja", { granularity: "word" });
/** How far from the end of the room a word is looked for, as in a text without spaces. */
const NEAR = 40;

function wordEnd(text: string, room: number): number {
  const from = Math.max(0, room - NEAR);
  const near = [...words.segment(text.slice(from, room + NEAR))];
  const last = near.findLast(({ index, isWordLike }) => index > 0 && from + index <= room && isWordLike);
  const at = last ? from + last.index : 0;
  return at > from && graphemes.segment(text).containing(at)?.index === at ? at : graphemeEnd(text, room);
}

/** The last place at or before `room` that does not fall inside what a reader sees as one character. */
export function graphemeEnd(text: string, room: number): number {
  const end = graphemes.segment(text).containing(room)?.index;
  if (end) return end;
  // One character fills the room by itself, such as a chain of joined emoji: torn, but between code points.
  return /[\uDC00-\uDFFF]/.test(text.charAt(room)) ? room - 1 : room;
}
