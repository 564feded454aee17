import { setTimeout as wait } from "node:timers/promises";
import type { BotEntry, Change, LineSimulator } from "@henji/line-simulator";

/** Resolves with the first change that `pick` makes something of. */
export function nextChange<T>(line: LineSimulator, pick: (change: Change) => T | undefined): Promise<T> {
  return new Promise((resolve) => {
    const unsubscribe = line.subscribe((change) => {
      const picked = pick(change);
      if (picked === undefined) return;
      unsubscribe();
      resolve(picked);
    });
  });
}

/** A user's message all the way, until the bot's next message in that chat. */
export async function ask(line: LineSimulator, userId: string, text: string): Promise<string> {
  const answer = nextAnswer(line, userId);
  const delivery = await line.deliver([line.say({ from: userId, text })]);
  if (!delivery.ok) throw new Error(`the webhook was answered ${delivery.status}`);
  return answer;
}

export function nextAnswer(line: LineSimulator, chatId: string): Promise<string> {
  return nextAnswers(line, chatId, 1);
}

/** Resolves with the last of the bot's next `count` messages in a chat. */
export function nextAnswers(line: LineSimulator, chatId: string, count: number): Promise<string> {
  let left = count;
  return nextChange(line, (change) => {
    if (change.type !== "message" || change.chatId !== chatId || change.entry.by === "user") return undefined;
    left -= 1;
    return left === 0 ? textOf(change.entry) : undefined;
  });
}

export function textOf({ message }: BotEntry): string {
  return "text" in message ? String(message.text) : "";
}

/** The bot's messages in a chat, oldest first. */
export function answersIn(line: LineSimulator, chatId: string): string[] {
  return line.timeline(chatId).flatMap((entry) => (entry.by === "user" ? [] : [textOf(entry)]));
}

const DAY_MS = 86_400_000;

/** Where things count by the day (UTC) no test begins in its last minute: it waits for the next. */
export async function awayFromMidnight(): Promise<void> {
  const leftMs = DAY_MS - (Date.now() % DAY_MS);
  if (leftMs < 60_000) await wait(leftMs);
}
