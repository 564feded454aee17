import { createChatFinder } from "@henji/core/chat/find";
import { chatHash } from "@henji/core/log";
import { dayOf, daysAfter } from "@henji/core/time-zone";
import { look } from "../dead/list.ts";
import type { Session } from "../environment.ts";

const isHash = (name: string) => /^[0-9a-f]{12}$/.test(name);

/** @returns the platform's id of the chat that is called so; nothing if no chat with that hash is stored */
export async function chatIdOf(session: Session, name: string): Promise<string | undefined> {
  if (!isHash(name)) return name;
  const { stage, terminal, bot } = session;
  const find = createChatFinder(stage.table());
  const days = daysBack(bot.memory.retentionDays, bot.timeZone);
  const chatId = await find(name, days, (day) => terminal.progress(`Looking for ${name}: ${day} …`));
  terminal.endProgress();
  if (chatId !== undefined) return chatId;
  const { all } = await look(session);
  return all.find((letter) => chatHash(letter.chatId) === name)?.chatId;
}

/** From today on; a turn stays for `count` days. */
function* daysBack(count: number, timeZone: string): Generator<string> {
  const today = dayOf(Date.now(), timeZone);
  for (let n = 0; n <= count; n += 1) yield daysAfter(today, -n);
}

/** @returns the exit code of a command that has found nothing */
export function nothingStored({ terminal }: Session, name: string): number {
  terminal.document({ chat: name, found: false });
  const hint = isHash(name) ? " If you know LINE's id of it, name that." : "";
  terminal.print(`Nothing is stored of ${name}.${hint}`);
  return 1;
}
