import { type Language, languageOf } from "../bot/language.ts";
import type { Memory } from "../chat/chats.ts";
import { isSlashed } from "../decide/command.ts";
import { textOf } from "../platform/content.ts";
import type { Turn } from "../turn/turn.ts";

/** The language of a message, or of the question before a command such as `/help`, which is in none. */
export function languageFor(
  { question }: Pick<Turn, "question">,
  memory: Pick<Memory, "turns"> | undefined,
): Language {
  const text = textOf(question);
  const before = isSlashed(text) ? memory?.turns.at(-1) : undefined;
  return languageOf(before ? textOf(before.question) : text);
}
