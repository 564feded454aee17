import { type DeadLetter, idOf } from "@henji/core/dead-letter/dead-letter";
import { chatHash } from "@henji/core/log";
import { wrongOption } from "../environment.ts";

/** Which messages a command is about. All of what is given must fit. */
export type SelectOptions = { chat?: string; code?: string; since?: string; all?: boolean };

export function selectorOf(
  ids: readonly string[],
  { chat, code, since }: SelectOptions,
  now: number,
): (letter: DeadLetter) => boolean {
  const after = since === undefined ? 0 : timeIn(since, now);
  return (letter) =>
    (ids.length === 0 || ids.includes(idOf(letter))) &&
    (chat === undefined || chat === letter.chatId || chat === chatHash(letter.chatId)) &&
    (code === undefined || code === letter.code) &&
    letter.parkedAt >= after;
}

/** To change something, a command must be told what. */
export function mustSelect(ids: readonly string[], { chat, code, all }: SelectOptions, ways: string): void {
  if (ids.length > 0 && all) throw wrongOption("Name events, or say --all, not both");
  if (ids.length > 0 || all || chat !== undefined || code !== undefined) return;
  throw wrongOption(`Say which: ${ways}`);
}

const unitsMs = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `90m`, `12h`, `3d`, or a time such as 2026-11-28T03:00Z. */
function timeIn(since: string, now: number): number {
  const [, count, unit] = /^(\d+)([mhd])$/.exec(since) ?? [];
  if (unit !== undefined) return now - Number(count) * unitsMs[unit as keyof typeof unitsMs];
  const at = /^\d{4}-\d\d-\d\d/.test(since) ? Date.parse(since) : Number.NaN;
  if (!Number.isNaN(at)) return at;
  throw wrongOption(`--since takes 90m, 12h, 3d, or a time such as 2026-11-28T03:00Z, not ${since}`);
}
