import type { Bot } from "../bot/bot.ts";
import { clearLanguageOf, type Language, languageOf, languageOfTag } from "../bot/language.ts";
import type { Memory } from "../chat/chats.ts";
import { isSlashed } from "../decide/command.ts";
import { textOf } from "../platform/content.ts";
import type { Profile } from "../platform/platform.ts";
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

/** In which language one who asks is answered: see {@link languageFor}; then that of their profile, then the bot's. */
export function languageOfAsking(
  asked: Pick<Turn, "question">,
  memory: Pick<Memory, "turns"> | undefined,
  profile: Profile | undefined,
  bot: Pick<Bot, "language">,
): Language {
  return languageFor(asked, memory, [languageOfTag(profile?.language), bot.language]);
}
