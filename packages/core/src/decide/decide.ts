import type { Bot } from "../bot/bot.ts";
import { type AnyHandler, type Handlers, handlerOf } from "../bot/handler.ts";
import type { Memory } from "../chat/chats.ts";
import { textOf } from "../platform/content.ts";
import type { Answerable, Greeting, Occurrence, Pressed } from "../platform/platform.ts";
import type { NoticeKind, Repeated } from "../turn/answer.ts";
import type { Turn } from "../turn/turn.ts";
import type { RunningTotal } from "../usage/usage.ts";
import { askOf } from "./ask.ts";
import { pressingIn } from "./button.ts";
import { type Command, commandOf } from "./command.ts";
import type { Decision } from "./decision.ts";
import { type Gathering, gather } from "./gather.ts";
import { backlogAt, refusalFor } from "./limits.ts";
import { type LookAgainRequest, toLookAtAgain } from "./look-again.ts";
import { isOverLimit, isSeen, isUnderstandable, unheardIn, visibleIn } from "./media.ts";
import { decidePressing } from "./pressing.ts";
import { lastQuestion } from "./repeat.ts";

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

type Settings = Pick<Bot, "commands" | "limits" | "media" | "greeting" | "model"> & Handlers;

/** Decides without any call: everything it needs came with the chat's memory. */
export function decide(request: DecideRequest, bot: Settings): Decision {
  const { inbound } = request;
  switch (inbound.kind) {
    case "greeting":
    case "occurrence":
      return decideEvent(inbound, request, bot);
    case "pressed":
      return withinLimits(decidePressed(inbound, request, bot), request, bot);
    default:
      return withinLimits(decideMessage(request, bot), request, bot);
  }
}

function decideMessage(request: DecideRequest, bot: Settings): Decision {
  const { turn, memory, isDue = false } = request;
  const sentAt = request.inbound.at;
  const gathering = gather({ turn, memory, isDue });
  // One answer for all of them, whatever it is.
  if (gathering.kind === "gather" && isSeen(turn.question, bot) && !hasBegun(turn)) return gathering;
  const { waiting, isTold } = backlogAt(sentAt, memory.finished);
  if (waiting >= bot.limits.maxUnanswered && !hasBegun(turn)) return { kind: "flooded", waiting, isTold };

  const command = commandOf(textOf(turn.question), {
    commands: reachable(bot.commands, wasAskedToForget(turn, memory)),
  });
  // Whatever limit is reached, one can be forgotten.
  if (command?.name === "forget" || command?.name === "forgetForSure")
    return decideCommand(command, request, bot);

  const isUnderstood = isUnderstandable(turn.question, bot);
  const isFree = !isUnderstood || (command !== undefined && command.name !== "retry");
  const refused = refusalUnlessBegun(request, isFree, bot);
  if (refused) return refused;
  if (!isUnderstood) return saidOnce("not_understood", memory, sentAt);
  return command ? decideCommand(command, request, bot) : decideQuestion(gathering, turn, bot);
}

function decideCommand(command: Command, { turn, memory }: DecideRequest, bot: Settings): Decision {
  switch (command.name) {
    case "own": {
      const { own } = command;
      const handler = { name: own.words[0]!, run: own.run as AnyHandler["run"] };
      return { kind: "own", handler, orElse: undefined };
    }
    case "export":
      return { kind: "export", from: command.from };
    case "retry": {
      const repeats = lastQuestion(turn, memory, bot);
      if (!repeats) return { kind: "say", notice: "nothing_to_retry" };
      return askOf(repeats.question, repeats, bot);
    }
    case "keep":
      return { kind: "say", notice: "kept" };
    case "forgetForSure":
      // It erases only as the answer to the question.
      return wasAskedToForget(turn, memory) ? { kind: "forget" } : { kind: "say", notice: "forget" };
    default:
      return { kind: "say", notice: command.name };
  }
}

function decideQuestion(gathering: Gathering, { question }: Turn, bot: Settings): Decision {
  const decision = askOf(question, undefined, bot);
  if (decision.kind !== "ask" || gathering.kind === "gather" || gathering.gathers.length === 0)
    return decision;
  return { ...decision, question: gathering.question, gathers: gathering.gathers };
}

/** What is to be shown or listened to has limits of a day; what is looked at again is left out beyond them. */
function withinLimits(decision: Decision, request: DecideRequest, bot: Settings): Decision {
  if (decision.kind !== "ask" && decision.kind !== "hear") return decision;
  const { turn, inbound, memory, total } = request;
  const { question, repeats } = decision;
  const shown = { visible: visibleIn(question, bot), voice: unheardIn(question, bot) };
  if (isOverLimit(shown, total.usage, bot) && !hasBegun(turn))
    return saidOnce("media_limit", memory, inbound.at);
  if (decision.kind === "hear" || shown.visible.length > 0) return decision;
  const again = toLookAtAgain(
    repeats ? asBefore(request, repeats) : { turn, quotes: turn.quotes, memory },
    bot,
  );
  const isAgain = again.length > 0 && !isOverLimit({ visible: again, voice: undefined }, total.usage, bot);
  return isAgain ? { ...decision, again } : decision;
}

/** What there was to look at when the question was asked first. */
function asBefore({ turn, memory }: DecideRequest, { key }: Repeated): LookAgainRequest {
  const turns = memory.turns.filter((past) => past.key < key);
  return { turn: { key, senderId: turn.senderId }, quotes: undefined, memory: { ...memory, turns } };
}

/** What only shows something costs nothing. */
function decidePressed({ data, at: pressedAt }: Pressed, request: DecideRequest, bot: Settings): Decision {
  const { turn, memory } = request;
  const pressed = decidePressing(pressingIn(data), { turn, memory, pressedAt }, bot);
  if (pressed.kind === "show" || pressed.kind === "too_early" || pressed.kind === "drop") return pressed;
  const isFree = pressed.kind !== "ask" && pressed.kind !== "hear" && pressed.kind !== "confirm";
  return refusalUnlessBegun(request, isFree, bot) ?? pressed;
}

/** What the model has called may have had its effect: its user hears of it, whatever limit is reached since. */
function refusalUnlessBegun(
  { turn, total, isBotUsedUp }: DecideRequest,
  isFree: boolean,
  bot: Settings,
): Decision | undefined {
  return hasBegun(turn) ? undefined : refusalFor(total, { isFree, isBotUsedUp }, bot);
}

function hasBegun({ transcript }: Turn): boolean {
  return transcript !== undefined;
}

/** What comes here has a handler, or is greeted. */
function decideEvent(
  inbound: Greeting | Occurrence,
  { total, isBotUsedUp }: Pick<DecideRequest, "total" | "isBotUsedUp">,
  bot: Pick<Bot, "limits" | "greeting" | "model"> & Handlers,
): Decision {
  const handler = handlerOf(inbound.event, bot);
  if (inbound.kind === "greeting") {
    if (!handler) return { kind: "say", notice: "greeting" };
    return { kind: "own", handler, orElse: bot.greeting ? "greeting" : undefined };
  }
  const { event, isAsking } = inbound;
  const refused = refusalFor(total, { isFree: true, isBotUsedUp }, bot);
  // Only who has asked for something is told that it is too much.
  if (refused?.kind === "say" && event !== "postback" && !isAsking)
    return { kind: "drop", because: "daily_limit" };
  if (refused) return refused;
  return handler ? { kind: "own", handler, orElse: undefined } : { kind: "drop", because: "unsaid" };
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

/** Where nobody can ask to be forgotten, nobody can confirm it; and only who was asked can say no. */
function reachable(commands: Bot["commands"], wasAsked: boolean): Bot["commands"] {
  const { forget, forgetForSure, keep } = commands;
  return { ...commands, forgetForSure: forget.length > 0 ? forgetForSure : [], keep: wasAsked ? keep : [] };
}
