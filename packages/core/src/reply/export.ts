import type { Bot, Chat } from "../bot/bot.ts";
import type { Language } from "../bot/language.ts";
import type { Chats } from "../chat/chats.ts";
import { sayingButton } from "../decide/button.ts";
import { wordsFor } from "../decide/command.ts";
import { wordsOf } from "../platform/content.ts";
import type { Message, Platform } from "../platform/platform.ts";
import { localTime, nameOfZone } from "../time-zone.ts";
import type { StoredTurn } from "../turn/past.ts";
import { afterKey, atOf, isBefore, type Place, type TurnKey, timeOf } from "../turn/place.ts";

export type ExportRequest = {
  turn: TurnKey & Place & { senderId: string };
  /** Of a group, a user is shown what they have asked themselves. */
  chat: Pick<Chat, "type">;
  /** Where it goes on, epoch milliseconds, 13 digits; from the beginning, if it is not set. */
  from: string | undefined;
  /** Notes on the conversation; empty: none. */
  summary: string;
  platform: Pick<Platform, "compose" | "fits">;
  language: Language;
  now: number;
};

/** One exchange, or the notes, as a user reads it; `key` is where a page that begins with it starts. */
type Part = { key: string; text: string };

/**
 * What is stored of a chat before this turn, as text, as much as one call's worth of messages holds. A
 * page starts at a time and not at a place in the text, so that what is folded or expires meanwhile shifts
 * nothing; each reads at most 500 turns. Only what fits into no page by itself is cut, and says so.
 */
export function createExport(bot: Pick<Bot, "texts" | "commands" | "timeZone">, chats: Pick<Chats, "page">) {
  return async (request: ExportRequest): Promise<Message[]> => {
    const { turn, chat, from = "", platform, language } = request;
    const isGroup = chat.type !== "user";
    const page = await chats.page(turn.chatId, from, afterKey(timeOf(turn.key)), request.now);
    const earlier = page.turns.filter(
      (stored) => isBefore(stored, turn) && (!isGroup || stored.senderId === turn.senderId),
    );
    const parts = earlier.flatMap((stored) => exchangeIn(stored, bot.timeZone) ?? []);
    if (page.next === undefined && request.summary !== "" && !isGroup) parts.push(notesIn(request));

    const isEmpty = parts.length === 0 && page.next === undefined;
    const heading = from === "" && !isEmpty ? [headingOf(request)] : [];
    const shown = mostThatFit(parts, heading, platform);
    const next = parts[shown]?.key ?? page.next;
    const texts = [...heading, ...parts.slice(0, shown).map(({ text }) => text)];
    const nothing = next === undefined ? bot.texts[language].nothingStored : headingOf(request);
    return platform.compose(texts.join("\n\n") || nothing, {
      cutNotice: "…",
      buttons: next === undefined ? [] : buttonTo(later(timeOf(next), from), request),
    }).messages;
  };

  function headingOf({ language, chat, now }: ExportRequest): string {
    const zone = nameOfZone(now, bot.timeZone, language);
    return bot.texts[language][chat.type === "user" ? "export" : "exportOwn"].replaceAll("{timeZone}", zone);
  }

  function notesIn({ turn, language, summary }: ExportRequest): Part {
    return { key: turn.key, text: `${bot.texts[language].memory}\n${summary}` };
  }

  function buttonTo(next: string, { language, chat }: ExportRequest) {
    const words = wordsFor("export", language, bot);
    return words ? [sayingButton(`${words} →`, `${words} ${next}`, chat)] : [];
  }
}

/** How many parts one page has room for: one at least, even if it has to be cut. */
function mostThatFit(
  parts: readonly Part[],
  heading: readonly string[],
  platform: Pick<Platform, "fits">,
): number {
  const texts = parts.map(({ text }) => text);
  let shown = Math.min(1, parts.length);
  while (shown < parts.length && platform.fits([...heading, ...texts.slice(0, shown + 1)].join("\n\n"))) {
    shown += 1;
  }
  return shown;
}

/** A page whose turns have all the same time would start again where it started. */
function later(next: string, from: string): string {
  return next > from ? next : String(Number(from) + 1);
}

function exchangeIn({ key, past, unanswered }: StoredTurn, timeZone: string): Part | undefined {
  const question = past?.question ?? unanswered;
  if (question === undefined) return undefined;
  const at = localTime(atOf({ key }), timeZone);
  const asked = `${at}\n> ${wordsOf(question).replaceAll("\n", "\n> ")}`;
  return { key, text: past?.answer ? `${asked}\n${past.answer}` : asked };
}
