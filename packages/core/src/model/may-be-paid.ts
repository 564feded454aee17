import type { BotError } from "../error.ts";

/** Nobody has heard what became of the request: OpenAI may have done what was asked. */
const unheard: ReadonlySet<string> = new Set(["model.timeout", "model.unreachable", "model.unreadable"]);

/** Whether a request that failed may have to be paid for. What OpenAI answers with an error costs nothing. */
export function mayBePaid({ code }: BotError): boolean {
  return unheard.has(code);
}
