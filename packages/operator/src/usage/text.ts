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
  return `${day} (${timeZone})\n\n${table(head, [...lines, [count(total.chats, "chat"), ...cells(total, whole(total.refused))]])}${mediaText(total)}`;
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

/** What was looked at and listened to, in a line of its own; nothing, if that was none. */
function mediaText({ media }: DayReport["total"]): string {
  if (!media) return "";
  const { pictures, files, voiceSeconds } = media;
  const minutes = (voiceSeconds / 60).toFixed(1);
  return `\n\n${count(pictures, "picture")}, ${count(files, "file")}, ${minutes} minutes of voice (in the cost)`;
}

type Counts = Omit<ChatUsage, "chat" | "chatId" | "refused">;

function cells(counts: Counts, refused: string): string[] {
  const { answers, inputTokens, cachedTokens, outputTokens, replies, pushes, costUsd } = counts;
  const before = [answers, inputTokens, cachedTokens, outputTokens, replies, pushes].map(whole);
  return [...before, refused, costUsd.toFixed(5)];
}
