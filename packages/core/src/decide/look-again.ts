import type { Bot } from "../bot/bot.ts";
import type { Memory } from "../chat/chats.ts";
import type { MediaPart } from "../platform/content.ts";
import { lookedAgain } from "../settings.ts";
import type { PastTurn } from "../turn/past.ts";
import { atOf } from "../turn/place.ts";
import type { Turn } from "../turn/turn.ts";
import { visibleIn } from "./media.ts";

export type LookAgainRequest = {
  turn: Pick<Turn, "key" | "senderId">;
  /** The platform's id of the message that the question quotes. */
  quotes: string | undefined;
  memory: Pick<Memory, "turns" | "recent">;
};

/**
 * What the model is shown once more with a question that has nothing to be shown itself: what it quotes; or what its
 * user has sent just before.
 */
export function toLookAtAgain(
  { turn, quotes, memory }: LookAgainRequest,
  bot: Pick<Bot, "media">,
): MediaPart[] {
  const own = memory.turns.filter(({ senderId }) => senderId === turn.senderId);
  if (quotes !== undefined) return quoted(quotes, memory, bot);
  const since = atOf(turn) - lookedAgain.withinMs;
  const lately = own.slice(-lookedAgain.turns).filter((past) => atOf(past) >= since);
  return lately.map((past) => visibleIn(past.question, bot)).findLast((parts) => parts.length > 0) ?? [];
}

function quoted(
  quotes: string,
  { turns, recent }: LookAgainRequest["memory"],
  bot: Pick<Bot, "media">,
): MediaPart[] {
  const isQuoted = ({ ref }: MediaPart) => ref === quotes;
  const found = turns.flatMap(({ question }) => visibleIn(question, bot)).filter(isQuoted);
  if (found.length > 0) return found;
  const isKnown = (past: Pick<PastTurn, "messageId" | "sentIds">) =>
    past.messageId === quotes || past.sentIds?.includes(quotes);
  if (turns.some(isKnown) || recent.some(({ sentIds }) => sentIds?.includes(quotes))) return [];
  // A picture that a member of a group has sent, and not to the bot; or a text, of which the platform has no bytes.
  return visibleIn([{ kind: "image", ref: quotes }], bot);
}
