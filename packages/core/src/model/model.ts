import OpenAI from "openai";
import type { Bot } from "../bot.ts";
import type { Context } from "../context/context.ts";
import { BotError } from "../error.ts";
import type { ModelUsage } from "../turn/turn.ts";
import { modelError } from "./error.ts";

export type ModelAnswer = {
  /** Empty if the model refused. */
  text: string;
  /** The text is not whole: the output limit was reached. */
  cut: boolean;
  /** A content filter or the model itself declined. */
  refused: boolean;
  usage: ModelUsage;
};

export type AskOptions = {
  /** The same for all requests of a chat: routes them to the same prompt cache. Not the chat's id. */
  cacheKey: string;
  /** Tells OpenAI users apart without naming them; 64 hex digits. */
  safetyIdentifier: string;
  /** The model call's deadline. */
  signal: AbortSignal;
};

export type Model = { ask(context: Context, options: AskOptions): Promise<ModelAnswer> };

export type ModelOptions = {
  apiKey: string;
  /** OpenAI's, if not set; anything that serves `/responses` will do. */
  baseURL?: string | undefined;
  settings: Bot["model"];
  fetch?: typeof globalThis.fetch;
};

/**
 * OpenAI's Responses API without its SDK's own retries: a retry belongs to the queue,
 * where it does not hold a Lambda and keeps the chat's order.
 */
export function createModel({ apiKey, baseURL, settings, fetch }: ModelOptions): Model {
  const client = new OpenAI({ apiKey, baseURL, maxRetries: 0, ...(fetch && { fetch }) });
  return {
    async ask({ instructions, input }, { cacheKey, safetyIdentifier, signal }) {
      const response = await client.responses
        .create(
          {
            model: settings.name,
            instructions,
            input,
            store: false,
            max_output_tokens: settings.maxOutputTokens,
            reasoning: { effort: settings.reasoningEffort },
            prompt_cache_key: cacheKey,
            safety_identifier: safetyIdentifier,
          },
          { signal },
        )
        .catch((cause) => {
          throw modelError(cause, signal);
        });
      return toAnswer(response);
    },
  };
}

function toAnswer(response: OpenAI.Responses.Response): ModelAnswer {
  const { status, incomplete_details: incomplete } = response;
  const text = response.output_text.trim();
  const refused =
    incomplete?.reason === "content_filter" ||
    response.output.some(
      (item) => item.type === "message" && item.content.some((part) => part.type === "refusal"),
    );
  if (status === "failed" || (text === "" && !refused)) {
    const detail = response.error?.code ?? status ?? "empty";
    throw new BotError("model.no_answer", `The model gave no answer: ${detail}`, { retry: "later" });
  }
  return {
    text: refused ? "" : text,
    cut: incomplete?.reason === "max_output_tokens",
    refused,
    usage: {
      inputTokens: response.usage?.input_tokens ?? 0,
      cachedTokens: response.usage?.input_tokens_details?.cached_tokens ?? 0,
      outputTokens: response.usage?.output_tokens ?? 0,
    },
  };
}
