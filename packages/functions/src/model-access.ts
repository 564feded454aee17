import { checkModelAccess } from "@henji/core/model/access";

/** Whether a key may use a model; `OPENAI_BASE_URL` for another server. @throws BotError if not */
export function checkAccess(apiKey: string, model: string, signal: AbortSignal): Promise<void> {
  return checkModelAccess({ apiKey, baseURL: process.env.OPENAI_BASE_URL }, model, signal);
}
