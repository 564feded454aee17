/** OpenAI: shorter prefixes are not cached, and longer ones count in steps. */
const MIN_TOKENS = 1_024;
const STEP_TOKENS = 128;
/** OpenAI: "5 to 10 minutes of inactivity". */
const IDLE_MS = 10 * 60 * 1000;
/** 32 MB of stored prompts; the least recently used are evicted first. */
const MAX_STORED_TOKENS = 8_000_000;

type Entry = { key: string; tokens: Int32Array; usedAtMs: number };

/**
 * OpenAI's prompt cache: a prefix that a prompt shares with an earlier one of the same key costs a tenth.
 * Matching is exact, token by token, so after one changed character nothing is cached.
 */
export function createPromptCache(clock: () => number) {
  let entries: Entry[] = [];

  return {
    /**
     * Counts the cached tokens of a prompt, and stores the prompt.
     *
     * @returns tokens read from the cache, and tokens written to it
     */
    use(key: string, tokens: Int32Array): { cached: number; written: number } {
      const now = clock();
      entries = entries.filter(({ usedAtMs }) => now - usedAtMs < IDLE_MS);
      if (tokens.length < MIN_TOKENS) return { cached: 0, written: 0 };

      let best: Entry | undefined;
      let shared = 0;
      const contained = new Set<Entry>();
      for (const entry of entries) {
        if (entry.key !== key) continue;
        const length = sharedPrefix(entry.tokens, tokens);
        if (length > shared) [best, shared] = [entry, length];
        if (length >= floorToStep(entry.tokens.length)) contained.add(entry);
      }
      const cached = shared < MIN_TOKENS ? 0 : floorToStep(shared);
      if (best && cached > 0) best.usedAtMs = now;

      entries = entries.filter((entry) => !contained.has(entry));
      entries.push({ key, tokens, usedAtMs: now });
      evictOldest();
      return { cached, written: floorToStep(tokens.length) - cached };
    },
  };

  function evictOldest() {
    let stored = entries.reduce((sum, { tokens }) => sum + tokens.length, 0);
    if (stored <= MAX_STORED_TOKENS) return;
    entries.sort((a, b) => a.usedAtMs - b.usedAtMs);
    while (stored > MAX_STORED_TOKENS && entries.length > 1) stored -= entries.shift()!.tokens.length;
  }
}

const floorToStep = (tokens: number) => tokens - (tokens % STEP_TOKENS);

function sharedPrefix(a: Int32Array, b: Int32Array): number {
  const end = Math.min(a.length, b.length);
  let length = 0;
  while (length < end && a[length] === b[length]) length++;
  return length;
}
