import type * as o200k from "gpt-tokenizer/encoding/o200k_base";
import type { Attachment, Conversation } from "./request.ts";

/** 97 ms and 70 MB: loaded with the first request, never at start-up. */
let tokenizer: Promise<typeof o200k> | undefined;
const load = () => (tokenizer ??= import("gpt-tokenizer/encoding/o200k_base"));

/** User text such as `<|endoftext|>` is text, not a command to the tokenizer. */
const asText = { disallowedSpecial: new Set<string>() };

/** Marks between messages: outside the vocabulary, so that no text can forge one. */
const START = -1;
const BODY = -2;
const END = -3;
const ATTACHMENT = -4;

/** What a photo of 12 megapixels costs by its detail; the simulation does not know the size of what is sent. */
const ATTACHMENT_TOKENS: Readonly<Record<string, number>> = { low: 310, high: 2_942 };
const MOST_ATTACHMENT_TOKENS = 14_364;

/**
 * The prompt as the model reads it, one integer per token: for every message
 * three marks, its role and its text, and three tokens to begin the answer. Two
 * requests share a prompt-cache prefix exactly where these agree.
 */
export async function promptTokens({ instructions, messages, body }: Conversation): Promise<Int32Array> {
  const { encode } = await load();
  const parts: number[][] = [];
  const add = (role: string, text: string, attachments: readonly Attachment[]) => {
    const tokens = attachments.map(({ detail }) => ATTACHMENT_TOKENS[detail] ?? MOST_ATTACHMENT_TOKENS);
    const images = new Array<number>(tokens.reduce((sum, n) => sum + n, 0)).fill(ATTACHMENT);
    parts.push([START], encode(role), [BODY], encode(text, asText), images, [END]);
  };
  if (body.tools && body.tools.length > 0) add("system", JSON.stringify(body.tools), []);
  if (instructions !== "") add("system", instructions, []);
  for (const { role, text, attachments } of messages) add(role, text, attachments);
  parts.push([START], encode("assistant"), [BODY]);
  return join(parts);
}

/** Counts the tokens of a text. */
export async function countTokens(): Promise<(text: string) => number> {
  const { encode } = await load();
  return (text) => encode(text, asText).length;
}

/**
 * Cuts an answer to a number of tokens, between characters. It searches with
 * `encode`, because gpt-tokenizer's `decode` carries the torn half of a
 * character over into its next call.
 */
export async function cutToTokens(text: string, maxTokens: number) {
  const count = await countTokens();
  const tokens = count(text);
  if (tokens <= maxTokens) return { text, tokens, cut: false };
  const characters = Array.from(text);
  let fits = 0;
  let tooMany = characters.length;
  while (tooMany - fits > 1) {
    const middle = (fits + tooMany) >> 1;
    if (count(characters.slice(0, middle).join("")) <= maxTokens) fits = middle;
    else tooMany = middle;
  }
  return { text: characters.slice(0, fits).join(""), tokens: maxTokens, cut: true };
}

/** Without spreading: a million arguments would overflow the stack. */
function join(parts: number[][]): Int32Array {
  const joined = new Int32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}
