import type { Message, StudioInfo } from "../../src/studio-view.ts";
import { langOf } from "./format.ts";
import { language, words } from "./words.ts";

export type FirstMessage = { text: string; why: string };

/**
 * What to write first: something to remember, a question about it, and a command. The ones that are left, as long
 * as nothing else was said in the chat.
 */
export function firstMessages({ commands }: StudioInfo, said: readonly Message[]): readonly FirstMessage[] {
  const memory = spoken(commands.memory);
  const all = [
    ...words.greeting.firstMessages,
    ...(memory === undefined ? [] : [{ text: memory, why: words.greeting.memoryCommand }]),
  ];
  const texts = said
    .filter(({ by }) => by === "user")
    .map(({ content }) => "text" in content && content.text);
  const isOther = texts.some((text) => !all.some((one) => one.text === text));
  return isOther ? [] : all.filter(({ text }) => !texts.includes(text));
}

/** How a command is named here: with its slash, or else in the page's language; undefined: it is switched off. */
export function spoken(command: readonly string[]): string | undefined {
  return (
    command.find((one) => one.startsWith("/")) ??
    command.find((one) => (langOf(one) ?? "en") === language) ??
    command[0]
  );
}
