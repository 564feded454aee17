const graphemes = new Intl.Segmenter("ja", { granularity: "grapheme" });

/**
 * One line of at most `length` graphemes. An emoji of seven code points is not split, and control and
 * direction marks, which would affect the text around, are removed.
 */
export function shorten(text: string, length: number): string {
  const head = text.slice(0, length * 20);
  const line = head
    .toWellFormed()
    .replace(/[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]+/gu, " ")
    .replace(/\s+/g, " ")
    .trim();
  const all = Array.from(graphemes.segment(line), ({ segment }) => segment);
  if (all.length <= length && head.length === text.length) return line;
  return `${all.slice(0, length).join("").trimEnd()}…`;
}
