import type { ChatUsage, DayReport } from "@henji/core/usage/report";
import { count, whole } from "../format.ts";
import { table } from "../terminal.ts";

const heads = ["answers", "input", "cached", "output", "replies", "pushes", "refused", "cost in $"];

/** A line for each chat of the day, the most expensive first, and a total. */
export function byChat({ day, chats, total }: DayReport, timeZone: string): string {
  if (chats.length === 0) return `Nobody used the bot on ${day} (${timeZone}).`;
  const lines = chats.map((chat) => [
    chat.chat,
    ...cells(chat, chat.refused ? "yes" : ""),
    ...(chat.chatId === undefined ? [] : [chat.chatId]),
  ]);
  const hasIds = chats.some(({ chatId }) => chatId !== undefined);
  const head = ["chat", ...heads, ...(hasIds ? ["id"] : [])];
  return `${day} (${timeZone})\n\n${table(head, [...lines, [count(total.chats, "chat"), ...cells(total, whole(total.refused))]])}${besideText(total)}`;
}

/** A line for each day, the newest first, including those without a chat. */
export function byDay(reports: readonly DayReport[], timeZone: string): string {
  const used = reports.filter(({ total }) => total.chats > 0);
  const [newest, oldest] = [reports.at(0)?.day, reports.at(-1)?.day];
  if (used.length === 0) return `Nobody used the bot from ${oldest} to ${newest} (${timeZone}).`;
  const lines = reports.map(({ day, total }) => [
    day,
    whole(total.chats),
    ...cells(total, whole(total.refused)),
  ]);
  return table([`day (${timeZone})`, "chats", ...heads], lines);
}

/** What was looked at, listened to and searched, a line for each; nothing, if that was none. */
function besideText({ media, searches }: DayReport["total"]): string {
  const lines: string[] = [];
  if (media) {
    const { pictures, files, voiceSeconds } = media;
    const minutes = (voiceSeconds / 60).toFixed(1);
    lines.push(
      `${count(pictures, "picture")}, ${count(files, "file")}, ${minutes} minutes of voice (in the cost)`,
    );
  }
  if (searches) {
    const { web, files } = searches;
    lines.push(`${whole(web)} searches of the web, ${whole(files)} of files (in the cost)`);
  }
  return lines.length === 0 ? "" : `\n\n${lines.join("\n")}`;
}

type Counts = Omit<ChatUsage, "chat" | "chatId" | "refused">;

function cells(counts: Counts, refused: string): string[] {
  const { answers, inputTokens, cachedTokens, outputTokens, replies, pushes, costUsd } = counts;
  const before = [answers, inputTokens, cachedTokens, outputTokens, replies, pushes].map(whole);
  return [...before, refused, costUsd.toFixed(5)];
}
