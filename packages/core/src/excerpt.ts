/** The beginning of a text, of so many UTF-16 code units, and a mark if that is not all of it. */
export function excerptOf(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length).toWellFormed()}…`;
}

/** The text, or as much of it as has room with that mark in so many UTF-16 code units. */
export function fitted(text: string, most: number): string {
  return text.length <= most ? text : excerptOf(text, most - 1);
}
