import type { Bot } from "../bot/bot.ts";
import type { Memory } from "../chat/chats.ts";
import { type Content, textOf } from "../platform/content.ts";
import type { Overheard, Platform, Question } from "../platform/platform.ts";

export type AddressedRequest = {
  overheard: Overheard;
  platform: Pick<Platform, "botName">;
  /** Reads the chat's memory; only asked for a message that quotes another, or follows. */
  recall(): Promise<Pick<Memory, "turns" | "recent" | "finished">>;
};

/**
 * What was written in a group is for the bot if it begins with a word of `bot.config.ts`, says its name after an @
 * that the platform has not made a mention of (a full-width ＠, or typed on), quotes one of its messages, or is part of
 * a conversation that is for the bot once it has spoken in it.
 *
 * @returns nothing if it is not; most messages need neither a request nor a read to tell
 */
export async function questionIn(
  { overheard, platform, recall }: AddressedRequest,
  { groups }: Pick<Bot, "groups">,
): Promise<Question | undefined> {
  const { quotes, follows = false } = overheard;
  const text = textOf(overheard.content);
  const asked = (content: Content): Question => ({ ...overheard, kind: "question", content });

  for (const word of groups.words) {
    const rest = afterWord(text, word);
    if (rest !== undefined) return asked([{ kind: "text", text: rest || text }]);
  }
  if (/[@＠]/.test(text)) {
    const name = await platform.botName();
    const rest = name && withoutName(text, name);
    if (rest !== undefined && rest !== text) return asked([{ kind: "text", text: rest || text }]);
  }
  if (quotes === undefined && !follows) return undefined;
  const { turns, recent, finished } = await recall();
  if (follows && finished.length > 0) return asked(overheard.content);
  // A notice, and the rest of a long answer, are no part of the conversation.
  return [...turns, ...recent].some(({ sentIds }) => quotes !== undefined && sentIds?.includes(quotes))
    ? asked(overheard.content)
    : undefined;
}

/** What follows the word; nothing if the text does not begin with it, or goes on with a letter of the same word. */
function afterWord(text: string, word: string): string | undefined {
  const found = new RegExp(`^\\s*${RegExp.escape(word)}`, "iu").exec(text);
  if (!found) return undefined;
  const rest = text.slice(found[0].length);
  const goesOn = isSpaced(word) && /^[\p{L}\p{N}]/u.test(rest);
  return goesOn ? undefined : rest.replace(/^[\s,、，.。:：;；!！?？…〜~]+/u, "");
}

function withoutName(text: string, name: string): string {
  const end = isSpaced(name) ? "(?![\\p{L}\\p{N}])" : "";
  const called = new RegExp(`\\s*[@＠]${RegExp.escape(name)}${end}[\\s,、，:：]*`, "giu");
  return text.replace(called, " ").trim();
}

/** Whether its script has spaces between words; Japanese, Chinese and Thai have none. */
function isSpaced(word: string): boolean {
  return !/[\p{sc=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{sc=Thai}]$/u.test(word);
}
