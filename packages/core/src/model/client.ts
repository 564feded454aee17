import OpenAI from "openai";
import type { ModelOptions } from "./model.ts";

/** OpenAI's SDK without its own retries, and without a look into the environment. */
export function createOpenAiClient({ apiKey, baseURL, fetch }: Omit<ModelOptions, "settings">): OpenAI {
  return new OpenAI({
    apiKey,
    baseURL: baseURL ?? "https://api.openai.com/v1",
    organization: null,
    project: null,
    maxRetries: 0,
    ...(fetch && { fetch }),
  });
}
