import { existsSync } from "node:fs";
import { join } from "node:path";
import type { LocalOptions } from "./start.ts";
import { UserError } from "./user-error.ts";

/** From the environment, or from a file `.env` in the directory, which changes nothing that is set already. */
export function readOpenAi(directory: string): LocalOptions["openAi"] {
  const file = join(directory, ".env");
  if (existsSync(file)) process.loadEnvFile(file);
  const { OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: baseUrl } = process.env;
  if (baseUrl && !apiKey) {
    throw new UserError(
      "OPENAI_BASE_URL is set but OPENAI_API_KEY is not: set it too (a local server takes any value)",
    );
  }
  // Set to nothing, as in a copy of .env.example, is not set.
  return apiKey ? { apiKey, baseUrl: baseUrl || undefined } : undefined;
}
