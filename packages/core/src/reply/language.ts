import { clearLanguageOf, type Language, languageOf } from "../bot/language.ts";
import type { Memory } from "../chat/chats.ts";
import { isSlashed } from "../decide/command.ts";
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
  const said = textOf(question);
  // A command such as /forget is written like this in every language.
  const isOfAll = isSlashed(said) && /^\p{ASCII}*$/u.test(said.normalize("NFKC"));
  const text = isOfAll ? "" : said;
  const own = clearLanguageOf(text);
  if (own) return own;
  const before = memory?.turns.map((turn) => clearLanguageOf(textOf(turn.question))).toReversed() ?? [];
  return languageOf(text, [...before, ...otherwise]);
}
