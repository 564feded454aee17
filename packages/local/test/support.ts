import { setTimeout as wait } from "node:timers/promises";
import { dayOf } from "@henji/core/time-zone";
import type { Change, LineSimulator } from "@henji/line-simulator";
import bot from "../../../bot.config.ts";
import { textOf, watchAnswers } from "../src/answers.ts";
import type { Local } from "../src/start.ts";

export { textOf } from "../src/answers.ts";

/** What the functions are linked with: the URLs of queues, the name of the table. */
export function linksOf({ environment }: Pick<Local, "environment">): Record<string, Record<string, string>> {
  return JSON.parse(environment.SST_RESOURCES_JSON!);
}

/** Resolves with the first result of `pick` that is not undefined. */
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

/** Sends a user's message, and waits for the bot's answer to it; of several messages, the last. */
export async function ask(line: LineSimulator, userId: string, text: string): Promise<string> {
  const answers = watchAnswers({ line });
  try {
    return textOf((await answers.answersTo(line.say({ from: userId, text }))).at(-1)!);
  } finally {
    answers.stop();
  }
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

/** The bot's messages in a chat, oldest first. */
export function answersIn(line: LineSimulator, chatId: string): string[] {
  return line.timeline(chatId).flatMap((entry) => (entry.by === "user" ? [] : [textOf(entry)]));
}

/** For tests that count by day: waits for the next day if the current one ends within a minute. */
export async function awayFromMidnight(): Promise<void> {
  const day = () => dayOf(Date.now(), bot.timeZone);
  if (dayOf(Date.now() + 60_000, bot.timeZone) === day()) return;
  for (const ending = day(); day() === ending; ) await wait(1_000);
}
