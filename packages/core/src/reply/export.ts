import type { Chats } from "../chat/chats.ts";
import { MAX_MESSAGES, MAX_UNITS, split, type TextMessage } from "../platform/line/text.ts";
import { localTime } from "../time-zone.ts";
import { afterKey, isBefore, type Place, type StoredTurn, type TurnKey, timeOf } from "../turn/turn.ts";

export type ExportRequest = {
  turn: TurnKey & Place;
  /** Where it goes on, epoch milliseconds, 13 digits; from the beginning, if it is not set. */
  from: string | undefined;
  /** Stands above the first page. */
  heading: string;
  /** Stands above the notes. */
  notesHeading: string;
  /** Said if there is nothing. */
  nothing: string;
  summary: string;
  /** In which the times are shown. */
  timeZone: string;
  now: number;
};

export type ExportPage = {
  messages: TextMessage[];
  /** Where the next page starts; nothing if this is the last. */
  next: string | undefined;
};

/**
 * What is stored of a chat before this turn, as text, as much as fits into one call's worth of messages. A
 * page starts at a time and not at a place in the text, so that what is folded or expires meanwhile shifts
 * nothing; each reads at most 500 turns. Only what fits into no page by itself is cut, and says so.
 */
export async function exportPage(
  chats: Pick<Chats, "page">,
  { turn, from = "", heading, notesHeading, nothing, summary, timeZone, now }: ExportRequest,
): Promise<ExportPage> {
  const page = await chats.page(turn.chatId, from, afterKey(timeOf(turn.key)), now);
  const earlier = page.turns.filter((stored) => isBefore(stored, turn));
  const exchanges = earlier.flatMap((stored) => exchangeIn(stored, timeZone) ?? []);
  const notes = { key: turn.key, text: `${notesHeading}\n${summary}` };
  const all = page.next === undefined && summary !== "" ? [...exchanges, notes] : exchanges;
  const first = from === "" && (all.length > 0 || page.next !== undefined) ? [heading] : [];
  const fits = (count: number) =>
    piecesOf([...first, ...all.slice(0, count).map(({ text }) => text)]).length <= MAX_MESSAGES;
  // One at least, even if it has to be cut.
  let shown = Math.min(1, all.length);
  while (shown < all.length && fits(shown + 1)) shown += 1;
  const next = all[shown]?.key ?? page.next;
  const text = [...first, ...all.slice(0, shown).map((part) => part.text)];
  const pieces = piecesOf(text.length > 0 ? text : [next === undefined ? nothing : heading]);
  return {
    messages: pieces.slice(0, MAX_MESSAGES).map((piece, index) => ({
      type: "text",
      text: index + 1 === MAX_MESSAGES && pieces.length > MAX_MESSAGES ? `${piece.slice(0, -1)}…` : piece,
    })),
    next: next && later(timeOf(next), from),
  };
}

/** A page whose turns have all the same time would start again where it started. */
function later(next: string, from: string): string {
  return next > from ? next : String(Number(from) + 1);
}

function piecesOf(parts: readonly string[]): string[] {
  return split(parts.join("\n\n"), MAX_UNITS, MAX_MESSAGES + 1);
}

function exchangeIn({ key, past, unanswered }: StoredTurn, timeZone: string) {
  const question = past?.question ?? unanswered;
  if (question === undefined) return undefined;
  const at = localTime(Number(timeOf(key)), timeZone);
  const asked = `${at}\n> ${question.replaceAll("\n", "\n> ")}`;
  return { key, text: past?.answer ? `${asked}\n${past.answer}` : asked };
}
