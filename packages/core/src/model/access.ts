import { createOpenAiClient } from "./client.ts";
import { modelError } from "./error.ts";
import type { ModelOptions } from "./model.ts";

/**
 * Asks whether the key is good and its project has the model. Free; whether the account has credit is not asked.
 *
 * @throws BotError if not, or if OpenAI does not say
 */
export async function checkModelAccess(
  options: Omit<ModelOptions, "settings">,
  name: string,
  signal: AbortSignal,
): Promise<void> {
  await createOpenAiClient(options)
    .models.retrieve(name, { signal })
    .catch((cause) => {
      throw modelError(cause, signal);
    });
}

/**
 * How many files of a vector store can be searched.
 *
 * @throws BotError `model.tool_rejected` if the key's project has no such store, or what OpenAI says
 */
export async function countSearchable(
  options: Omit<ModelOptions, "settings">,
  store: string,
  signal: AbortSignal,
): Promise<number> {
  const { file_counts: counts } = await createOpenAiClient(options)
    .vectorStores.retrieve(store, { signal })
    .catch((cause) => {
      throw modelError(cause, signal);
    });
  return counts.completed;
}
