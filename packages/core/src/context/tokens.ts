import { loadOnce } from "../load-once.ts";

/** Counts text in o200k_base tokens, as OpenAI's current models do. */
export type CountTokens = (text: string) => number;

/**
 * The tokenizer, loaded on first use: some 140 ms and 76 MB that are spent while a model call
 * is in flight, never before one.
 */
export const loadTokenizer = loadOnce(async (): Promise<CountTokens> => {
  const { countTokens } = await import("gpt-tokenizer/encoding/o200k_base");
  // Users write things like <|endoftext|>; to us it is text.
  return (text) => countTokens(text, { disallowedSpecial: new Set() });
});

/**
 * At least as many tokens as `text` can have: a byte-level BPE never makes more tokens than
 * there are UTF-8 bytes. Rigorous, and needs no tokenizer.
 */
export function tokensAtMost(text: string): number {
  return Buffer.byteLength(text);
}

/** What a message costs beyond its text: role and separators. An upper bound for the Responses API. */
export const TOKENS_PER_MESSAGE = 8;
