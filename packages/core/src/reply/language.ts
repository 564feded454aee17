import { clearLanguageOf, type Language, languageOf } from "../bot/language.ts";
import type { Memory } from "../chat/chats.ts";
import { textOf } from "../platform/content.ts";
import type { Turn } from "../turn/turn.ts";

/**
 * In which language a message is answered: its own; if it does not tell, as `/help` or 😀, that of the chat's last
 * words that do, or else the first one of `otherwise`.
 */
export function languageFor(
  { question }: Pick<Turn, "question">,
  memory: Pick<Memory, "turns"> | undefined,
  otherwise: readonly (Language | undefined)[],
): Language {
  const text = textOf(question);
  const own = clearLanguageOf(text);
  if (own) return own;
  const before = memory?.turns.map((turn) => clearLanguageOf(textOf(turn.question))).toReversed() ?? [];
  return languageOf(text, [...before, ...otherwise]);
}
