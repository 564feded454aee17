import { countedBy } from "@henji/core/dead-letter/counted-by";
import { type DeadLetter, type DescribedLetter, idOf } from "@henji/core/dead-letter/dead-letter";
import { createFind } from "@henji/core/dead-letter/find";
import { chatHash } from "@henji/core/log";
import type { Session } from "../environment.ts";
import { countsOf, timeOf, whole } from "../format.ts";
import { table } from "../terminal.ts";
import { describeAll, operatorsSide } from "./side.ts";
import { describedDocumentOf, wordsOf } from "./words.ts";

export type ListRequest = { select(letter: DeadLetter): boolean; limit: number };

export type Look = {
  all: DeadLetter[];
  /** Letters that are neither among them nor known by their turns, at the least. */
  unknown: number;
};

/** Looks, and makes everything visible again. */
export async function look({ stage, terminal }: Session): Promise<Look> {
  const find = createFind(operatorsSide(stage));
  const { all, unknown, release } = await find((letters) => terminal.progress(`${whole(letters)} letters …`));
  await release(new Set());
  terminal.endProgress();
  return { all, unknown };
}

export async function list(session: Session, { select, limit }: ListRequest): Promise<undefined> {
  const { terminal, bot } = session;
  const { all, unknown } = await look(session);
  const selected = all.filter(select);
  const codes = Object.fromEntries(countedBy(selected.map(({ code }) => code)));
  const some = selected.slice(0, limit);
  if (terminal.isJson) {
    const deadLetters = await describeAll(session, some, describedDocumentOf);
    terminal.document({ count: selected.length, codes, unknown, deadLetters });
    return;
  }
  const rows = await describeAll(session, some, (letter) => rowOf(letter, bot.timeZone));
  terminal.print(summaryOf(selected));
  if (rows.length > 0) terminal.print(`\n${rowsOf(rows)}`);
  if (rows.length < selected.length) {
    terminal.print(`\nand ${selected.length - rows.length} more: --limit ${selected.length}`);
  }
  if (unknown > 0) terminal.print(`\n${unknownText(unknown)}`);
}

function summaryOf(letters: readonly DeadLetter[]): string {
  if (letters.length === 0) return "Nothing was given up on.";
  const count = letters.length === 1 ? "1 message was" : `${whole(letters.length)} messages were`;
  return `${count} given up on: ${countsOf(letters.map(({ code }) => code))}.`;
}

const head = ["event", "chat", "code", "attempts", "received", "parked", "turn", "a replay", "reason"];

export function rowOf(letter: DescribedLetter, timeZone: string): string[] {
  return [
    ...[idOf(letter), chatHash(letter.chatId), letter.code, String(letter.attempts)],
    ...[timeOf(letter.receivedAt, timeZone), timeOf(letter.parkedAt, timeZone)],
    ...[letter.turn?.status ?? "none", wordsOf(letter.onReplay), letter.reason],
  ];
}

export function rowsOf(rows: readonly (readonly string[])[]): string {
  return table(head, rows);
}

function unknownText(unknown: number): string {
  const more = unknown === 1 ? "1 more letter is" : `${whole(unknown)} more letters are`;
  return (
    `${more} on the queue and could not be looked at. SQS shows at most ten of a chat at a time, and none that ` +
    "another command is looking at: look again in a minute, or replay or drop the ones in front. They are messages " +
    "that no worker has begun, or that are over and only wait to be removed."
  );
}
