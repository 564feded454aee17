import { createHash } from "node:crypto";
import type { Clock } from "@henji/core/clock";

export type About = { chatId?: string | undefined; eventId?: string | undefined };

type Entry = About & { at: number; who: string; what: string };

/** What happened, in order: to read when a seed fails, and to prove that a seed repeats. */
export type History = {
  note(who: string, what: string, about?: About): void;
  /** One line for each entry of these chats. Default: all entries. */
  lines(chatIds?: readonly string[]): string[];
  hash(): string;
};

export function createHistory(clock: Pick<Clock, "now">): History {
  const startedAt = clock.now();
  const entries: Entry[] = [];

  function lines(chatIds?: readonly string[]): string[] {
    const wanted = chatIds ? entries.filter(({ chatId }) => chatId && chatIds.includes(chatId)) : entries;
    return wanted.map(({ at, who, what, chatId = "", eventId = "" }) => {
      const time = ((at - startedAt) / 1000).toFixed(3).padStart(11);
      return `${time} s  ${chatId.padEnd(4)} ${eventId.padEnd(5)} ${who.padEnd(10)} ${what}`;
    });
  }

  return {
    note: (who, what, about) => entries.push({ ...about, at: clock.now(), who, what }),
    lines,
    hash: () => createHash("sha256").update(lines().join("\n")).digest("hex").slice(0, 16),
  };
}
