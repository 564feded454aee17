import type { Chats } from "../chat/chats.ts";
import { MAX_MESSAGES, MAX_UNITS, split, type TextMessage } from "../line/text.ts";
import type { StoredTurn, TurnKey } from "../turn/turn.ts";

export type ExportRequest = {
  turn: TurnKey;
  /** Where it goes on, epoch milliseconds, 13 digits; from the beginning, if it is not set. */
  from: string | undefined;
  /** Stands above the first page. */
  heading: string;
  /** Stands above the notes. */
  notesHeading: string;
  /** Said if there is nothing. */
  nothing: string;
  summary: string;
  now: number;
};

export type ExportPage = {
  messages: TextMessage[];
  /** Where the next page starts; nothing if this is the last. */
  next: string | undefined;
};

/**
 * What is stored of a chat before this turn, as text, as much as fits into one call's worth of messages. A
 * page starts at a time and not at a place in the text, so nothing is lost between two of them, and each
 * reads at most 500 turns.
 */
export async function exportPage(
  chats: Pick<Chats, "page">,
  { turn, from = "", heading, notesHeading, nothing, summary, now }: ExportRequest,
): Promise<ExportPage> {
  const page = await chats.page(turn.chatId, from, turn.key, now);
  const parts = from === "" ? [heading] : [];
  let next = page.next && timeOf(page.next);
  for (const stored of page.turns) {
    const part = exchangeIn(stored);
    if (part === undefined || stored.key === turn.key) continue;
    if (parts.length > 0 && piecesOf([...parts, part]).length > MAX_MESSAGES) {
      next = timeOf(stored.key);
      break;
    }
    parts.push(part);
  }
  if (next === undefined && summary !== "") parts.push(`${notesHeading}\n${summary}`);
  const isEmpty = from === "" && parts.length === 1 && next === undefined;
  const messages = piecesOf(isEmpty ? [nothing] : parts).slice(0, MAX_MESSAGES);
  return { messages: messages.map((text) => ({ type: "text", text })), next };
}

function piecesOf(parts: readonly string[]): string[] {
  return split(parts.join("\n\n"), MAX_UNITS, MAX_MESSAGES + 1);
}

/** A key starts with the time of its event. */
function timeOf(key: string): string {
  return key.slice(0, 13);
}

function exchangeIn({ key, past, unanswered }: StoredTurn): string | undefined {
  const at = new Date(Number(timeOf(key))).toISOString().slice(0, 16).replace("T", " ");
  const question = past?.question ?? unanswered;
  if (question === undefined) return undefined;
  return `${at} UTC\n> ${question.replaceAll("\n", "\n> ")}${past ? `\n${past.answer}` : ""}`;
}
