import type { Sendable } from "../../src/studio-sendable.ts";

export type Mentionable = { userId: string; name: string };
type Mentionees = NonNullable<Extract<Sendable, { type: "text" }>["mentionees"]>;

/** LINE: at most 20 in a text. */
const MAX_MENTIONS = 20;

/** Where those who were chosen stand in the text: "@Ann Lee" before "@Ann". */
export function mentioneesIn(text: string, chosen: readonly Mentionable[]): Mentionees {
  const longestFirst = chosen.toSorted((a, b) => b.name.length - a.name.length);
  const found: Mentionees = [];
  for (let index = text.indexOf("@"); index !== -1; index = text.indexOf("@", index + 1)) {
    const who = longestFirst.find(({ name }) => text.startsWith(name, index + 1));
    if (who) found.push({ index, length: who.name.length + 1, userId: who.userId });
  }
  return found.slice(0, MAX_MENTIONS);
}

/** What is being typed after an @, up to the caret; undefined: nobody is about to be mentioned. */
export function typedMention(text: string, caret: number): { index: number; query: string } | undefined {
  const match = /(?:^|\s)[@＠]([^\s@＠]{0,20})$/.exec(text.slice(0, caret));
  if (!match) return undefined;
  const query = match[1]!;
  return { index: caret - query.length - 1, query };
}

export function offersFor(query: string, mentionable: readonly Mentionable[]): Mentionable[] {
  const start = query.toLocaleLowerCase();
  return mentionable.filter(({ name }) => name.toLocaleLowerCase().startsWith(start));
}
