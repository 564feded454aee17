import type { Bot, Language } from "../bot/bot.ts";
import type { Memory } from "../chat/chats.ts";
import { createNotices, type Notice } from "../reply/notice.ts";
import { dayOf } from "../time-zone.ts";
import type { DropReason, FinishedTurn, Repeated, Turn } from "../turn/turn.ts";
import { accountOf, type DayUsage } from "../usage/usage.ts";
import { commandOf, languageFor } from "./command.ts";

/** What is done with a message. */
export type Decision =
  /** The model answers it; or, in place of what it got so far, the question before. */
  | { kind: "ask"; again?: Repeated }
  /** `waiting`: how many stood in line, if that was too many. */
  | { kind: "say"; notice: Notice; waiting?: number }
  /** Nobody is told: it is unsent, or a notice was sent for an earlier one. */
  | { kind: "drop"; because: DropReason; waiting?: number }
  | { kind: "forget"; notice: Notice }
  | { kind: "export"; from: string | undefined; language: Language };

export type DecideRequest = {
  turn: Turn;
  memory: Memory;
  /** Epoch milliseconds. */
  sentAt: number;
  now: number;
  /** All users together have used what the bot may use today. */
  isBotUsedUp: boolean;
};

/** Decides without any call: everything it needs came with the chat's memory. */
export function createDecide(bot: Pick<Bot, "commands" | "limits" | "texts" | "timeZone">) {
  const notices = createNotices(bot);

  return ({ turn, memory, sentAt, now, isBotUsedUp }: DecideRequest): Decision => {
    const language = languageFor(turn, memory);

    const { waiting, told } = backlogBehind(memory.finished, sentAt);
    if (waiting >= bot.limits.maxUnanswered) {
      return told
        ? { kind: "drop", because: "too_many", waiting }
        : { kind: "say", notice: notices.tooMany(language), waiting };
    }

    const command = commandOf(turn.question, { commands: withoutOrphans(bot.commands) });
    switch (command?.name) {
      case "forget":
        return { kind: "say", notice: notices.askToForget(language) };
      case "forgetForSure":
        // It erases only as the answer to the question.
        return memory.finished.at(-1)?.notice === "forget"
          ? { kind: "forget", notice: notices.forgotten(language) }
          : { kind: "say", notice: notices.askToForget(language) };
    }

    const { usage } = accountOf(memory.usages, memory.fold, dayOf(now, bot.timeZone));
    const isFree = command !== undefined && command.name !== "retry";
    if (isFree ? isTalkedOut(usage, bot.limits) : isUsedUp(usage, bot.limits)) {
      return usage.refused
        ? { kind: "drop", because: "daily_limit" }
        : { kind: "say", notice: notices.dailyLimit(language) };
    }
    if (!isFree && isBotUsedUp) {
      return usage.refused
        ? { kind: "drop", because: "total_limit" }
        : { kind: "say", notice: notices.totalLimit(language) };
    }
    switch (command?.name) {
      case "help":
        return { kind: "say", notice: notices.help(language) };
      case "memory":
        return { kind: "say", notice: notices.memory(language, memory.summary) };
      case "export":
        return { kind: "export", from: command.from, language };
    }
    if (command?.name !== "retry") return { kind: "ask" };
    const again = lastQuestion(memory, bot);
    return again ? { kind: "ask", again } : { kind: "say", notice: notices.nothingToRetry(language) };
  };
}

/** The newest message that was answered, refused or given up on, commands aside. */
function lastQuestion({ turns, unanswered, finished }: Memory, { commands }: Pick<Bot, "commands">) {
  const answered = turns.at(-1);
  const other = unanswered.findLast(({ question }) => !commandOf(question, { commands }));
  const newest = finished.findLast(({ key }) => key === answered?.key || key === other?.key);
  return other && newest?.key === other.key ? other : answered;
}

/** Where nobody can ask to be forgotten, nobody can confirm it. */
function withoutOrphans(commands: Bot["commands"]): Bot["commands"] {
  return commands.forget.length > 0 ? commands : { ...commands, forgetForSure: [] };
}

/** Its message was unsent, or its chat erased, before it came here. */
export function isTakenAway({ key, messageId }: Turn, { erasedBefore, unsent }: Memory): boolean {
  return key < erasedBefore || (messageId !== undefined && unsent.includes(messageId));
}

/**
 * How many earlier messages of the chat were still in line when this one was sent, and whether the
 * user has been told that not all of them will get an answer. It needs no counter and no read of its
 * own: a turn that was finished after this message was sent was in line before it.
 */
function backlogBehind(finished: readonly FinishedTurn[], sentAt: number) {
  const since = finished.filter(({ finishedAt }) => finishedAt > sentAt);
  return { waiting: since.length, told: since.some(({ notice }) => notice === "too_many") };
}

function isUsedUp(usage: DayUsage, { dailyMessages, dailyTokens }: Bot["limits"]): boolean {
  return usage.answers >= dailyMessages || usage.inputTokens + usage.outputTokens >= dailyTokens;
}

/** What costs no model call may cost a push: twice as many are sent as answers are given. */
function isTalkedOut({ replies, pushes }: DayUsage, { dailyMessages }: Bot["limits"]): boolean {
  return replies + pushes >= 2 * dailyMessages;
}
