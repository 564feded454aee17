import type { Memory } from "../chat/chats.ts";
import { type Content, isMedia } from "../platform/content.ts";
import { maxPictures, togetherWaitS } from "../settings.ts";
import type { RecentTurn } from "../turn/past.ts";
import type { Turn } from "../turn/turn.ts";

/** Pictures that were sent together come as events of their own, in any order. They are one question. */
export type Gathering =
  /** It waits for those that come after it, for so long. */
  | { kind: "gather"; inS: number }
  /** It asks, with those that have come before it. */
  | { kind: "ask"; question: Content; gathers: readonly Taking[] };

/** A gathered question as it was read: see `Gathered`. */
export type Taking = { key: string; owner: string };

export type GatherRequest = {
  turn: Turn;
  memory: Pick<Memory, "recent">;
  /** It has waited for long enough. */
  isDue: boolean;
};

export function gather({ turn, memory, isDue }: GatherRequest): Gathering {
  const { recent } = memory;
  const ofSender = recent.filter(({ gathered }) => gathered?.senderId === turn.senderId);
  // That one asks for all when it is due, unless it is unsent by then, or refused.
  const isFollowed = ofSender.some(({ gathered }) => gathered?.isEarlier === false);
  const waits = turn.steps.filter(({ is }) => is === "gathered").length;
  if (isFollowed && waits < MOST_WAITS) return { kind: "gather", inS: togetherWaitS.known };
  const before = ofSender.filter(({ gathered }) => gathered?.isEarlier);
  const newest = before.slice(1 - maxPictures);
  const set = setOf(turn.question);
  const count = 1 + newest.filter(({ gathered }) => setOf(gathered!.question)?.id === set?.id).length;
  if (set && !isDue && count < Math.min(set.total ?? maxPictures, maxPictures)) {
    const inS = set.total === undefined ? togetherWaitS.unknown : togetherWaitS.known;
    return { kind: "gather", inS };
  }
  const question = [...newest.flatMap(questionOf), ...turn.question];
  return {
    kind: "ask",
    question,
    gathers: newest.map(({ key, gathered }) => ({ key, owner: gathered!.owner })),
  };
}

/** How often a picture waits for those that come after it. */
const MOST_WAITS = 4;

function questionOf({ gathered }: RecentTurn): Content {
  return gathered?.question ?? [];
}

/** With which others a picture was sent. */
function setOf(question: Content) {
  const [part, ...others] = question;
  return part && isMedia(part) && part.kind === "image" && others.length === 0 ? part.set : undefined;
}
