import { BotError } from "@henji/core/error";
import type { ErrorNote } from "./trace-content.ts";

const MAX_ERRORS = 6;
const MAX_CHARACTERS = 4_000;

/**
 * The errors behind one of ours, outermost first. Our own is left out: the log has its code and message. What
 * is left may quote the request, so it goes to Studio's page and nowhere else.
 */
export function explain(error: unknown): ErrorNote[] {
  const notes: ErrorNote[] = [];
  let next = error instanceof BotError ? error.cause : error;
  while (next !== undefined && notes.length < MAX_ERRORS) {
    notes.push(noteOf(next));
    next = behind(next);
  }
  return notes;
}

/** Node tries every address of a name: the last attempt says why none answered. */
function behind(error: unknown): unknown {
  if (error instanceof AggregateError && error.message === "") return error.errors.at(-1);
  return error instanceof Error ? error.cause : undefined;
}

function noteOf(error: unknown): ErrorNote {
  if (!(error instanceof Error)) return { name: typeof error, message: cut(String(error)) };
  const code = "code" in error ? error.code : undefined;
  return {
    name: error.constructor.name,
    message: cut(error.message),
    ...(typeof code === "string" && { code }),
  };
}

const cut = (text: string) => (text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS)}…` : text);
