/** What OpenAI has searched for an answer. It charges for each, beside the tokens of what was found. */
export type Searches = { web: number; files: number };

export function addSearches(one: Searches | undefined, other: Searches | undefined): Searches | undefined {
  if (!one || !other) return one ?? other;
  return { web: one.web + other.web, files: one.files + other.files };
}

/** US dollars for a thousand. */
export type SearchPrices = { webSearch?: number; fileSearch?: number };

/** US dollars. */
export function feeOf(
  searched: Searches | undefined,
  { webSearch = 0, fileSearch = 0 }: SearchPrices,
): number {
  if (!searched) return 0;
  return (searched.web * webSearch + searched.files * fileSearch) / 1_000;
}
