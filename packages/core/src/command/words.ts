/** Full-width or not, large or small letters, with or without an end mark: it is the same command. */
export function plainWords(text: string): string {
  return text
    .normalize("NFKC")
    .trim()
    .toLowerCase()
    .replace(/[\s.!?。]+$/u, "");
}
