import type { Chats } from "../chat/chats.ts";
import { MAX_MESSAGES, MAX_UNITS, split, type TextMessage } from "../line/text.ts";
import type { PastTurn, TurnKey } from "../turn/turn.ts";

export type ExportRequest = {
  turn: TurnKey;
  /** The first is 1. */
  page: number;
  /** Stands above the first page. */
  heading: string;
  summary: string;
  now: number;
};

export type ExportPage = {
  messages: TextMessage[];
  /** The number of the next page; nothing if this is the last. */
  next: number | undefined;
};

/** Left free above every page, for its number. */
const HEAD_UNITS = 40;

/** Everything that is stored of a chat before this turn, as text, one call's worth of messages at a time. */
export async function exportPage(
  chats: Pick<Chats, "page">,
  { turn, page, heading, summary, now }: ExportRequest,
): Promise<ExportPage> {
  const parts = [heading, ...(summary === "" ? [] : [summary])];
  let from: string | undefined = "";
  while (from !== undefined) {
    const { turns, next } = await chats.page(turn.chatId, from, turn.key, now);
    parts.push(...turns.flatMap(({ past }) => (past ? [exchange(past)] : [])));
    from = next;
  }
  const pieces = split(parts.join("\n\n"), MAX_UNITS - HEAD_UNITS, Number.POSITIVE_INFINITY);
  const pages = Math.ceil(pieces.length / MAX_MESSAGES);
  const shown = Math.min(page, pages);
  const messages = pieces.slice((shown - 1) * MAX_MESSAGES, shown * MAX_MESSAGES).map((text, index) => ({
    type: "text" as const,
    text: pages > 1 && index === 0 ? `(${shown}/${pages})\n${text}` : text,
  }));
  return { messages, next: shown < pages ? shown + 1 : undefined };
}

function exchange({ key, question, answer }: PastTurn): string {
  const at = new Date(Number.parseInt(key, 10)).toISOString().slice(0, 16).replace("T", " ");
  return `${at} UTC\n> ${question.replaceAll("\n", "\n> ")}\n${answer}`;
}
