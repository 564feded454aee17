/** LINE: a button's label has at most 20 characters, and a command's words may be one. */
export const MAX_WORDS = 20;

/** A command's words, a place to go on from, and some room for spaces and end marks. */
export const LONGEST_WORDS = 3 * MAX_WORDS;

/** Full-width or not, large or small letters, with or without an end mark: it is the same command. */
export function plainWords(text: string): string {
  return text
    .normalize("NFKC")
    .trim()
    .toLowerCase()
    .replace(/[\s.!?。]+$/u, "");
}
