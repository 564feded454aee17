import { type Bot, type CommandName, type Language, languageOf } from "../bot.ts";
import { plainWords } from "./words.ts";

export type Command = {
  name: CommandName;
  /** Of an export: which page. */
  page: number;
};

/** The command that a message is, if it is one: a command's whole words, in any case, width and end mark. */
export function commandOf(text: string, { commands }: Pick<Bot, "commands">): Command | undefined {
  const { words, page = "1" } = /^(?<words>.*?)(?:\s+(?<page>\d{1,4}))?$/su.exec(plainWords(text))!.groups!;
  const found = Object.entries(commands).find(([, all]) => all.some((known) => plainWords(known) === words));
  if (!found) return undefined;
  const name = found[0] as CommandName;
  return page === "1" || name === "export" ? { name, page: Math.max(1, Number(page)) } : undefined;
}

/** How a button says a command: in the user's language, if there are words in it. */
export function wordsFor(name: CommandName, language: Language, { commands }: Pick<Bot, "commands">) {
  const all = commands[name];
  const spoken = all.filter((words) => !words.startsWith("/"));
  return spoken.find((words) => languageOf(words) === language) ?? all[0];
}

/** A command such as `/help` says nothing of the user's language. */
export function isSlashed(text: string): boolean {
  return text.trim().startsWith("/");
}
