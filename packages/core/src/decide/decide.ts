import type { Bot } from "../bot/bot.ts";
import { type AnyHandler, type Handlers, handlerOf } from "../bot/handler.ts";
import type { Memory } from "../chat/chats.ts";
import type { ChatState } from "../chat/state.ts";
import { type Content, type MediaPart, textOf } from "../platform/content.ts";
import type { Answerable, Greeting, Occurrence } from "../platform/platform.ts";
import type { DropReason, FinishedTurn, NoticeKind, Repeated, Turn } from "../turn/turn.ts";
import { type DayUsage, type RunningTotal, sends } from "../usage/usage.ts";
import { type Pressing, pressingIn } from "./button.ts";
import { commandOf } from "./command.ts";
import { gather, type Taking } from "./gather.ts";
import { toLookAtAgain } from "./look-again.ts";
import { isOverLimit, isTooLong, unheardIn, visibleIn } from "./media.ts";

/** What is done with a question that has no answer yet. */
export type Decision =
  /** The model answers it; or, in place of what it got so far, the question before. */
  | {
      kind: "ask";
      question: Content;
      repeats: Repeated | undefined;
      /** Taken before the model is asked. */
      gathers?: readonly Taking[];
      /** What the model is shown once more. */
      again?: readonly MediaPart[];
    }
  /** A picture waits for those that it was sent with, for so long. */
  | { kind: "gather"; inS: number }
  /** The calls that the turn `asking` waits with run, or do not; then the model answers. */
  | { kind: "confirm"; asking: string; isConfirmed: boolean }
  /** First what was said must be known; then it is decided anew. */
  | { kind: "hear"; question: Content; repeats: Repeated | undefined }
  | {
      kind: "say";
      notice: Exclude<NoticeKind, "export" | "forgotten" | "too_many" | "go_on" | "show" | "own">;
    }
  /** A handler of the bot's owner answers; if it says nothing, a user who has come is greeted. */
  | { kind: "own"; handler: AnyHandler; orElse: "greeting" | undefined }
  /** Everything that was said is erased, in a group what this user has said, and then that is said. */
  | { kind: "forget" }
  | { kind: "export"; from: string | undefined }
  /** A long answer goes on with what was left of it. */
  | { kind: "go_on"; rest: string }
  /** It brings what waits, and says nothing itself. */
  | { kind: "show" }
  /** What was asked for has no answer yet. */
  | { kind: "too_early" }
  /** `waiting` messages stood in line, which is too many; the user is told once. */
  | { kind: "flooded"; waiting: number; isTold: boolean }
  /** It gets no answer of its own: a notice was sent for an earlier one. */
  | { kind: "drop"; because: Exclude<DropReason, "unsent" | "too_many"> };

export type DecideRequest = {
  turn: Turn;
  /** What it answers. */
  inbound: Answerable;
  memory: Memory;
  /** Its user's total of today. */
  total: RunningTotal;
  /** All users together have used what the bot may use today. */
  isBotUsedUp: boolean;
  /** It was gathered, and nobody has asked for it in time; or an operator has brought it back. */
  isDue?: boolean;
};

/** Decides without any call: everything it needs came with the chat's memory. */
export function decide(
  { turn, inbound, memory, total, isBotUsedUp, isDue = false }: DecideRequest,
  bot: Pick<Bot, "commands" | "limits" | "media" | "greeting"> & Handlers,
): Decision {
  const { kind, at: sentAt } = inbound;
  // What the model has called may have had its effect: its user hears of it, whatever limit is reached since.
  const hasBegun = turn.transcript !== undefined;
  if (kind === "greeting" || kind === "occurrence") {
    return decideEvent(inbound, { total, isBotUsedUp }, bot);
  }
  if (kind === "pressed") {
    const pressed = decidePressing(pressingIn(inbound.data), { turn, memory, pressedAt: sentAt }, bot);
    if (pressed.kind === "show" || pressed.kind === "too_early" || pressed.kind === "drop") return pressed;
    if (hasBegun) return pressed;
    const isFree = pressed.kind !== "ask" && pressed.kind !== "hear" && pressed.kind !== "confirm";
    return refusalFor(total, { isFree, isBotUsedUp }, bot.limits) ?? pressed;
  }
  const gathering = gather({ turn, memory, isDue });
  // One answer for all of them, whatever it is.
  if (gathering.kind === "gather" && isSeen(turn.question, bot)) return gathering;
  const { waiting, isTold } = backlogAt(sentAt, memory.finished);
  if (waiting >= bot.limits.maxUnanswered && !hasBegun) return { kind: "flooded", waiting, isTold };

  const command = commandOf(textOf(turn.question), {
    commands: reachable(bot.commands, wasAskedToForget(turn, memory)),
  });
  switch (command?.name) {
    case "forget":
      return { kind: "say", notice: "forget" };
    case "forgetForSure":
      // It erases only as the answer to the question.
      return wasAskedToForget(turn, memory) ? { kind: "forget" } : { kind: "say", notice: "forget" };
  }

  const isUnderstood = isUnderstandable(turn.question, bot);
  const isFree = !isUnderstood || (command !== undefined && command.name !== "retry");
  const refused = hasBegun ? undefined : refusalFor(total, { isFree, isBotUsedUp }, bot.limits);
  if (refused) return refused;
  if (!isUnderstood) return saidOnce("not_understood", memory, sentAt);

  switch (command?.name) {
    case "keep":
      return { kind: "say", notice: "kept" };
    case "own": {
      const { own } = command;
      const handler = { name: own.words[0]!, run: own.run as AnyHandler["run"] };
      return { kind: "own", handler, orElse: undefined };
    }
    case "help":
    case "memory":
      return { kind: "say", notice: command.name };
    case "export":
      return { kind: "export", from: command.from };
    case "retry": {
      const repeats = lastQuestion(turn, memory, bot);
      if (!repeats) return { kind: "say", notice: "nothing_to_retry" };
      return askOf(repeats.question, repeats, bot);
    }
    default: {
      const { question, gathers } =
        gathering.kind === "ask" ? gathering : { question: turn.question, gathers: [] };
      const decision = askOf(turn.question, undefined, bot);
      const shown = { visible: visibleIn(question, bot), voice: unheardIn(turn.question, bot) };
      if (isOverLimit(shown, total.usage, bot)) return saidOnce("media_limit", memory, sentAt);
      if (decision.kind !== "ask") return decision;
      const { quotes } = turn;
      const again = shown.visible.length > 0 ? [] : toLookAtAgain({ turn, quotes, memory }, bot);
      const isAgain =
        again.length > 0 && !isOverLimit({ visible: again, voice: undefined }, total.usage, bot);
      return {
        ...{ ...decision, question },
        ...(gathers.length > 0 && { gathers }),
        ...(isAgain && { again }),
      };
    }
  }
}

/** What comes here has a handler, or is greeted. */
function decideEvent(
  inbound: Greeting | Occurrence,
  { total, isBotUsedUp }: Pick<DecideRequest, "total" | "isBotUsedUp">,
  bot: Pick<Bot, "limits" | "greeting"> & Handlers,
): Decision {
  const handler = handlerOf(inbound.event, bot);
  if (inbound.kind === "greeting") {
    if (!handler) return { kind: "say", notice: "greeting" };
    return { kind: "own", handler, orElse: bot.greeting ? "greeting" : undefined };
  }
  const { event, isAsking } = inbound;
  const refused = refusalFor(total, { isFree: true, isBotUsedUp }, bot.limits);
  // Only who has asked for something is told that it is too much.
  if (refused?.kind === "say" && event !== "postback" && !isAsking)
    return { kind: "drop", because: "daily_limit" };
  if (refused) return refused;
  return handler ? { kind: "own", handler, orElse: undefined } : { kind: "drop", because: "unsaid" };
}

type PressingRequest = {
  turn: Turn;
  memory: Memory;
  /** Epoch milliseconds. */
  pressedAt: number;
};

/** Calls run once, in time, and only by the word of who asked for them. */
function decideConfirming(
  { kind, key }: { kind: "yes" | "no"; key: string },
  { turn, memory, pressedAt }: PressingRequest,
): Decision {
  const confirm: Decision = { kind: "confirm", asking: key, isConfirmed: kind === "yes" };
  if (turn.transcript) return confirm;
  const asked = memory.recent.find((recent) => recent.key === key)?.confirmation;
  if (!asked) return { kind: "say", notice: "gone" };
  if (asked.senderId !== turn.senderId) return { kind: "drop", because: "not_theirs" };
  if (asked.takenBy !== undefined && asked.takenBy !== turn.key) return { kind: "drop", because: "shown" };
  return pressedAt <= asked.until ? confirm : { kind: "say", notice: "expired" };
}

function askOf(question: Content, repeats: Repeated | undefined, bot: Pick<Bot, "media">): Decision {
  const voice = unheardIn(question, bot);
  if (!voice) return { kind: "ask", question, repeats };
  return isTooLong(voice, bot)
    ? { kind: "say", notice: "media_too_large" }
    : { kind: "hear", question, repeats };
}

function decidePressing(
  pressing: Pressing | undefined,
  request: PressingRequest,
  bot: Pick<Bot, "commands" | "media">,
): Decision {
  const { turn, memory } = request;
  const gone: Decision = { kind: "say", notice: "gone" };
  if (pressing === undefined || pressing.kind === "say") return gone;
  if (pressing.kind === "yes" || pressing.kind === "no") return decideConfirming(pressing, request);
  const meant = memory.recent.find(({ key }) => key === pressing.key);
  if (!meant) return gone;
  if (pressing.kind === "go_on") {
    return meant.rest === undefined ? gone : { kind: "go_on", rest: meant.rest };
  }
  if (meant.waiting) return { kind: "show" };
  switch (meant.status) {
    case "claimed":
    case "answered":
      return { kind: "too_early" };
    case "dropped":
    // By a turn that was given up on, and nobody knows whether it has arrived.
    case "carried":
      return gone;
    case "parked": {
      const given = memory.unanswered.find(({ key }) => key === meant.key);
      // Another member's question stays theirs, as their forgetting it needs.
      if (given?.senderId !== turn.senderId) return gone;
      // A command, or a button, that asked something once more.
      const isOwn = isAsking(given, bot);
      const repeats = isOwn ? withCalls(given, memory.unanswered) : lastQuestion(turn, memory, bot);
      return repeats ? askOf(repeats.question, repeats, bot) : gone;
    }
    default:
      // It stands in the chat by now.
      return { kind: "drop", because: "shown" };
  }
}

/** It has words, or something that the model can be shown, or that can be listened to. */
function isUnderstandable(question: Content, bot: Pick<Bot, "media">): boolean {
  return textOf(question) !== "" || isSeen(question, bot) || unheardIn(question, bot) !== undefined;
}

function isSeen(question: Content, bot: Pick<Bot, "media">): boolean {
  return visibleIn(question, bot).length > 0;
}

/** Somebody who sends much that is not understood is told once. */
const TOLD_AGAIN_MS = 10 * 60_000;

/** Who is told so, and sends more of it, is not told again for a while. */
function saidOnce(what: "not_understood" | "media_limit", memory: Memory, sentAt: number): Decision {
  const isToldLately = wasTold(what, memory, sentAt - TOLD_AGAIN_MS);
  return isToldLately ? { kind: "drop", because: what } : { kind: "say", notice: what };
}

function wasTold(notice: NoticeKind, { finished }: Pick<Memory, "finished">, since: number): boolean {
  return finished.some((turn) => turn.notice === notice && turn.finishedAt > since);
}

/** The chat's last word was the question whether to forget, and it was put to this user. */
function wasAskedToForget(
  { senderId }: Turn,
  { finished, recent }: Pick<Memory, "finished" | "recent">,
): boolean {
  const last = finished.at(-1);
  const isUnseen = recent.some(({ key, waiting }) => waiting && key === last?.key);
  return last?.notice === "forget" && last.senderId === senderId && !isUnseen;
}

/** Who has reached a limit is told once a day. */
function refusalFor(
  { usage, chat }: RunningTotal,
  { isFree, isBotUsedUp }: { isFree: boolean; isBotUsedUp: boolean },
  limits: Bot["limits"],
): Decision | undefined {
  const { groupDailyMessages: dailyMessages, groupDailyTokens: dailyTokens } = limits;
  const isReached = isFree ? isOverSendLimit : isUsedUp;
  if (isReached(usage, limits)) return refusal("daily_limit", usage);
  if (chat && isReached(chat, { dailyMessages, dailyTokens })) return refusal("group_limit", chat);
  return !isFree && isBotUsedUp ? refusal("total_limit", usage) : undefined;
}

function refusal(limit: "daily_limit" | "group_limit" | "total_limit", { refused }: DayUsage): Decision {
  return refused ? { kind: "drop", because: limit } : { kind: "say", notice: limit };
}

/** The newest message of this user that was answered, refused or given up on; no command, and no greeting or picture. */
function lastQuestion(
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
function withCalls(repeated: Repeated, unanswered: Memory["unanswered"]): Repeated {
  const newest = unanswered.findLast(({ origin, calls }) => origin === repeated.origin && calls);
  return newest ? { ...repeated, calls: newest.calls } : repeated;
}

/** It asks something itself: it is no command, and no button that was pressed. */
function isAsking({ question }: Pick<Repeated, "question">, bot: Pick<Bot, "commands" | "media">): boolean {
  const text = textOf(question);
  return isUnderstandable(question, bot) && !commandOf(text, bot);
}

/** Where nobody can ask to be forgotten, nobody can confirm it; and only who was asked can say no. */
function reachable(commands: Bot["commands"], wasAsked: boolean): Bot["commands"] {
  const { forget, forgetForSure, keep } = commands;
  return { ...commands, forgetForSure: forget.length > 0 ? forgetForSure : [], keep: wasAsked ? keep : [] };
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

type DayLimits = Pick<Bot["limits"], "dailyMessages" | "dailyTokens">;

function isUsedUp(usage: DayUsage, { dailyMessages, dailyTokens }: DayLimits): boolean {
  return usage.answers >= dailyMessages || usage.inputTokens + usage.outputTokens >= dailyTokens;
}

/** What costs no model call may cost a push: twice as many are sent as answers are given. */
function isOverSendLimit(usage: DayUsage, { dailyMessages }: DayLimits): boolean {
  return sends(usage) >= 2 * dailyMessages;
}
