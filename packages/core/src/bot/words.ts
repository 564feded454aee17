/** LINE: a button's label has at most 20 grapheme clusters, and a command's words may be one. */
export const MAX_LABEL = 20;

/** Of a command's words, in UTF-16 code units: what a reader sees as one character has up to four in Thai. */
export const MAX_WORDS = 4 * MAX_LABEL;

/** A command's words, a place to go on from, and some room for spaces and end marks. */
export const LONGEST_WORDS = MAX_WORDS + 40;

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Whether LINE shows all of it on a button. */
export function isLabel(text: string): boolean {
  return text.length <= MAX_WORDS && [...graphemes.segment(text)].length <= MAX_LABEL;
}

/** As much of a text as LINE shows on a button. */
export function labelOf(text: string, most = MAX_LABEL): string {
  return Array.from(graphemes.segment(text), ({ segment }) => segment)
    .slice(0, most)
    .join("");
}

/** Full-width or not, large or small letters, with or without an end mark: it is the same command. */
export function plainWords(text: string): string {
  return text
    .normalize("NFKC")
    .trim()
    .toLowerCase()
    .replace(/[\s.!?。]+$/u, "");
}
