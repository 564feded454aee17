import type { Bot } from "../bot/bot.ts";
import type { Context } from "../context/context.ts";
import type { ModelUsage } from "../usage/usage.ts";

export type ModelAnswer = {
  /** Empty if the model refused. */
  text: string;
  /** The text is not whole: the output limit was reached. */
  cut: boolean;
  /** A content filter or the model itself declined. */
  refused: boolean;
  usage: ModelUsage;
  /** OpenAI's `x-request-id`, to trace it with. */
  requestId?: string | undefined;
};

export type AskOptions = {
  /** The same for all requests of a chat: routes them to the same prompt cache. Not the chat's id. */
  cacheKey: string;
  /** Tells OpenAI users apart without naming them; 64 hex digits. */
  safetyIdentifier: string;
  /** The model call's deadline. */
  signal: AbortSignal;
  /** Comes before each request of a call that may wait, or ask twice: throws if nothing may be asked any more. */
  beforeRequest(): Promise<void>;
};

/**
 * What the model declines to answer comes as an answer that is `refused`; or as the error `model.refused`, if it
 * declined to read it: then the conversation may be the reason rather than its last message.
 */
export type Model = { ask(context: Context, options: AskOptions): Promise<ModelAnswer> };

export type ModelOptions = {
  apiKey: string;
  /** OpenAI's, if not set; anything that serves `/responses` will do. */
  baseURL?: string | undefined;
  settings: Omit<Bot["model"], "prices">;
  fetch?: typeof globalThis.fetch;
};
