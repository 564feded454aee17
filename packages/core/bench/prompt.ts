import type { Context } from "@henji/core/context/context";
import { encode } from "gpt-tokenizer/encoding/o200k_base";

/** Marks between messages: outside the vocabulary, so that no text can forge one. */
const START = -1;
const BODY = -2;
const END = -3;

/** A text is encoded once, however many requests it is part of. */
const encoded = new Map<string, number[]>();

/**
 * The request as the model reads it, one integer per token: for every message three marks, its role
 * and its text, and three tokens to begin the answer. Two requests share a prefix exactly where
 * these agree.
 */
export function promptTokens({ instructions, input }: Pick<Context, "instructions" | "input">): Int32Array {
  const messages = [{ role: "system", content: instructions }, ...input];
  const parts = messages.map(({ role, content }) => [START, ...tokens(role), BODY, ...tokens(content), END]);
  return Int32Array.from([...parts, [START, ...tokens("assistant"), BODY]].flat());
}

function tokens(text: string): number[] {
  const known = encoded.get(text);
  if (known) return known;
  const fresh = encode(text, { disallowedSpecial: new Set() });
  encoded.set(text, fresh);
  return fresh;
}
