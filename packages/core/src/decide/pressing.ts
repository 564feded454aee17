import type { Bot } from "../bot/bot.ts";
import type { Memory } from "../chat/chats.ts";
import type { Turn } from "../turn/turn.ts";
import { askOf } from "./ask.ts";
import type { Pressing } from "./button.ts";
import type { Decision } from "./decision.ts";
import { isAsking, lastQuestion, withCalls } from "./repeat.ts";

type PressingRequest = {
  turn: Turn;
  memory: Memory;
  /** Epoch milliseconds. */
  pressedAt: number;
};

export function decidePressing(
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
