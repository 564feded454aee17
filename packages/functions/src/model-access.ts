import { checkModelAccess, countSearchable } from "@henji/core/model/access";

/** Whether a key may use a model; `OPENAI_BASE_URL` for another server. @throws BotError if not */
export function checkAccess(apiKey: string, model: string, signal: AbortSignal): Promise<void> {
  return checkModelAccess({ apiKey, baseURL: process.env.OPENAI_BASE_URL }, model, signal);
}

/** How many files of a vector store a key may search, at the same server. @throws BotError if there is no such store */
export function searchableFiles(apiKey: string, store: string, signal: AbortSignal): Promise<number> {
  return countSearchable({ apiKey, baseURL: process.env.OPENAI_BASE_URL }, store, signal);
}
