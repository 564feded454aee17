import type { Bot, CommandName } from "../bot/bot.ts";
import type { OwnCommand } from "../bot/handler.ts";
import { type Language, languageOf } from "../bot/language.ts";
import { LONGEST_WORDS, plainWords } from "../bot/words.ts";

export type Command =
  | {
      name: CommandName;
      /** Of an export: where it goes on, epoch milliseconds, 13 digits. */
      from: string | undefined;
    }
  | { name: "own"; own: OwnCommand };

/** The command that a message is, if it is one: a command's whole words, in any case, width and end mark. */
export function commandOf(text: string, { commands }: Pick<Bot, "commands">): Command | undefined {
  if (text.length > LONGEST_WORDS) return undefined;
  const { own, ...ours } = commands;
  const written = plainWords(text);
  const isAmong = (words: string, all: readonly string[]) => all.some((known) => plainWords(known) === words);
  const named = (words: string) => Object.entries(ours).find(([, all]) => isAmong(words, all))?.[0];
  const owners = own.find(({ words }) => isAmong(written, words));
  if (owners) return { name: "own", own: owners };
  const name = named(written);
  if (name) return { name: name as CommandName, from: undefined };
  const { words = "", from } = /^(?<words>.+)\s(?<from>\d{13})$/su.exec(written)?.groups ?? {};
  return named(words) === "export" ? { name: "export", from } : undefined;
}

/** How a button says a command: in the user's language, if there are words that are or may be in it. */
export function wordsFor(name: CommandName, language: Language, { commands }: Pick<Bot, "commands">) {
  return wordsIn(language, commands[name]);
}

/** The same of all words of a command. */
export function wordsIn(language: Language, all: readonly string[]): string | undefined {
  const spoken = all.filter((words) => !isSlashed(words));
  const isSaid = spoken.find((words) => languageOf(words) === language);
  return isSaid ?? spoken.find((words) => languageOf(words, [language]) === language) ?? all[0];
}

/** Written with a slash, such as `/help`, which is in no language. */
export function isSlashed(text: string): boolean {
  return text.trimStart().charAt(0).normalize("NFKC") === "/";
}
