import type { DeadLetter } from "@henji/core/dead-letter/dead-letter";
import { createFind } from "@henji/core/dead-letter/find";
import { chatHash } from "@henji/core/log";
import type { Session } from "../environment.ts";
import { table } from "../terminal.ts";
import { operatorsSide } from "./side.ts";
import { countsOf, documentOf, idOf, timeOf, wordsOf } from "./words.ts";

export type ListRequest = { select(letter: DeadLetter): boolean; limit: number };

/** Looks, and makes everything visible again. */
export async function look({ stage, terminal }: Session): Promise<{ all: DeadLetter[]; unseen: number }> {
  const find = createFind(operatorsSide(stage));
  const found = await find((letters) => terminal.progress(`${letters.toLocaleString("en-US")} letters …`));
  await found.release(new Set());
  terminal.endProgress();
  return found;
}

export async function list(session: Session, { select, limit }: ListRequest): Promise<undefined> {
  const { terminal, bot } = session;
  const { all, unseen } = await look(session);
  const selected = all.filter(select);
  const shown = selected.slice(0, limit);
  terminal.document({ count: selected.length, unseen, deadLetters: shown.map(documentOf) });
  terminal.print(summaryOf(selected));
  if (shown.length > 0) terminal.print(`\n${rowsOf(shown, bot.timeZone)}`);
  if (shown.length < selected.length) {
    terminal.print(`\nand ${selected.length - shown.length} more: --limit ${selected.length}`);
  }
  if (unseen > 0) terminal.print(`\n${unseenText(unseen)}`);
}

function summaryOf(letters: readonly DeadLetter[]): string {
  if (letters.length === 0) return "Nothing was given up on.";
  const count =
    letters.length === 1 ? "1 message was" : `${letters.length.toLocaleString("en-US")} messages were`;
  return `${count} given up on: ${countsOf(letters.map(({ code }) => code))}.`;
}

/** A line for each, in the order of the events. */
export function rowsOf(letters: readonly DeadLetter[], timeZone: string): string {
  const head = ["event", "chat", "code", "attempts", "received", "parked", "turn", "a replay"];
  const lines = letters.map((letter) => [
    ...[idOf(letter), chatHash(letter.chatId), letter.code, String(letter.attempts)],
    ...[timeOf(letter.receivedAt, timeZone), timeOf(letter.parkedAt, timeZone)],
    ...[letter.turn?.status ?? "none", wordsOf(letter.onReplay)],
  ]);
  return table(head, lines);
}

function unseenText(unseen: number): string {
  const letters = unseen === 1 ? "1 letter" : `${unseen.toLocaleString("en-US")} letters`;
  return (
    `${letters} could not be looked at: SQS shows at most ten of a chat at a time, and none that another command is ` +
    "looking at. Those that a worker had begun are in the list above nevertheless."
  );
}
