import type { Bot } from "../bot/bot.ts";
import type { Memory } from "../chat/chats.ts";
import type { ChatState } from "../chat/state.ts";
import { type Content, textOf } from "../platform/content.ts";
import type { DropReason, FinishedTurn, NoticeKind, Repeated, Turn } from "../turn/turn.ts";
import { type DayUsage, type RunningTotal, sends } from "../usage/usage.ts";
import { commandOf } from "./command.ts";

/** What is done with a question that has no answer yet. */
export type Decision =
  /** The model answers it; or, in place of what it got so far, the question before. */
  | { kind: "ask"; question: Content; repeats: Repeated | undefined }
  | { kind: "say"; notice: Exclude<NoticeKind, "export" | "forgotten" | "too_many"> }
  /** Everything that was said is erased, and then that is said. */
  | { kind: "forget" }
  | { kind: "export"; from: string | undefined }
  /** `waiting` messages stood in line, which is too many; the user is told once. */
  | { kind: "flooded"; waiting: number; isTold: boolean }
  /** It gets no answer of its own: a notice was sent for an earlier one. */
  | { kind: "drop"; because: Exclude<DropReason, "unsent" | "too_many"> };

export type DecideRequest = {
  turn: Turn;
  memory: Memory;
  /** Its user's total of today. */
  total: RunningTotal;
  /** Epoch milliseconds. */
  sentAt: number;
  /** All users together have used what the bot may use today. */
  isBotUsedUp: boolean;
};

/** Decides without any call: everything it needs came with the chat's memory. */
export function decide(
  { turn, memory, total: { usage }, sentAt, isBotUsedUp }: DecideRequest,
  bot: Pick<Bot, "commands" | "limits">,
): Decision {
  const { waiting, isTold } = backlogAt(sentAt, memory.finished);
  if (waiting >= bot.limits.maxUnanswered) return { kind: "flooded", waiting, isTold };

  const command = commandOf(textOf(turn.question), {
    commands: withoutUnreachableConfirmation(bot.commands),
  });
  switch (command?.name) {
    case "forget":
      return { kind: "say", notice: "forget" };
    case "forgetForSure":
      // It erases only as the answer to the question.
      if (memory.finished.at(-1)?.notice === "forget") return { kind: "forget" };
      return { kind: "say", notice: "forget" };
  }

  const isFree = command !== undefined && command.name !== "retry";
  if (isFree ? isOverSendLimit(usage, bot.limits) : isUsedUp(usage, bot.limits)) {
    return refusal("daily_limit", usage);
  }
  if (!isFree && isBotUsedUp) return refusal("total_limit", usage);

  switch (command?.name) {
    case "help":
    case "memory":
      return { kind: "say", notice: command.name };
    case "export":
      return { kind: "export", from: command.from };
    case "retry": {
      const repeats = lastQuestion(memory, bot);
      if (!repeats) return { kind: "say", notice: "nothing_to_retry" };
      return { kind: "ask", question: repeats.question, repeats };
    }
    default:
      return { kind: "ask", question: turn.question, repeats: undefined };
  }
}

/** The user is told once a day. */
function refusal(limit: "daily_limit" | "total_limit", usage: DayUsage): Decision {
  return usage.refused ? { kind: "drop", because: limit } : { kind: "say", notice: limit };
}

/** The newest message that was answered, refused or given up on, commands aside. */
function lastQuestion(
  { turns, unanswered, finished }: Memory,
  bot: Pick<Bot, "commands">,
): Repeated | undefined {
  const answered = turns.at(-1);
  const other = unanswered.findLast(({ question }) => !commandOf(textOf(question), bot));
  const newest = finished.findLast(({ key }) => key === answered?.key || key === other?.key);
  const last = other && newest?.key === other.key ? other : answered;
  if (!last) return undefined;
  const { key, origin = key, question, messageId } = last;
  return { key, origin, question, messageId };
}

/** Where nobody can ask to be forgotten, nobody can confirm it. */
function withoutUnreachableConfirmation(commands: Bot["commands"]): Bot["commands"] {
  return commands.forget.length > 0 ? commands : { ...commands, forgetForSure: [] };
}

/** Its message was unsent, or its chat erased, before it came here. */
export function isErased({ key, messageId }: Turn, { erasedBefore, unsent }: ChatState): boolean {
  return key < erasedBefore || unsent.includes(messageId);
}

/**
 * How many earlier messages of the chat were still in line when this one was sent, and whether the
 * user has been told that not all of them will get an answer. It needs no counter and no read of its
 * own: a turn that was finished after this message was sent was in line before it.
 */
function backlogAt(sentAt: number, finished: readonly FinishedTurn[]) {
  const since = finished.filter(({ finishedAt }) => finishedAt > sentAt);
  return { waiting: since.length, isTold: since.some(({ notice }) => notice === "too_many") };
}

function isUsedUp(usage: DayUsage, { dailyMessages, dailyTokens }: Bot["limits"]): boolean {
  return usage.answers >= dailyMessages || usage.inputTokens + usage.outputTokens >= dailyTokens;
}

/** What costs no model call may cost a push: twice as many are sent as answers are given. */
function isOverSendLimit(usage: DayUsage, { dailyMessages }: Bot["limits"]): boolean {
  return sends(usage) >= 2 * dailyMessages;
}
