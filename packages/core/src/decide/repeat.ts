import type { Bot } from "../bot/bot.ts";
import type { Memory } from "../chat/chats.ts";
import { textOf } from "../platform/content.ts";
import type { Repeated } from "../turn/answer.ts";
import type { Turn } from "../turn/turn.ts";
import { commandOf } from "./command.ts";
import { isUnderstandable } from "./media.ts";

/** The newest message of this user that was answered, refused or given up on; no command, and no greeting or picture. */
export function lastQuestion(
  { senderId }: Turn,
  { turns, unanswered, finished }: Memory,
  bot: Pick<Bot, "commands" | "media">,
): Repeated | undefined {
  const answered = turns.findLast((turn) => turn.senderId === senderId);
  const other = unanswered.findLast((turn) => turn.senderId === senderId && isAsking(turn, bot));
  const newest = finished.findLast(({ key }) => key === answered?.key || key === other?.key);
  const last = other && newest?.key === other.key ? other : answered;
  if (!last) return undefined;
  const { key, origin = key, question, messageId } = last;
  const repeated = { key, origin, question, messageId, senderId };
  return last === other ? withCalls(repeated, unanswered) : repeated;
}

/** With what was called for the question by whoever asked it last, and was given up on in turn. */
export function withCalls(repeated: Repeated, unanswered: Memory["unanswered"]): Repeated {
  const newest = unanswered.findLast(({ origin, calls }) => origin === repeated.origin && calls);
  return newest ? { ...repeated, calls: newest.calls } : repeated;
}

/** It asks something itself: it is no command, and no button that was pressed. */
export function isAsking(
  { question }: Pick<Repeated, "question">,
  bot: Pick<Bot, "commands" | "media">,
): boolean {
  const text = textOf(question);
  return isUnderstandable(question, bot) && !commandOf(text, bot);
}
