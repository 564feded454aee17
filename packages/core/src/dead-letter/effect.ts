import { platformOf } from "../platform/name.ts";
import type { Readers } from "../platform/platform.ts";
import type { Letter } from "../queue/dead-letters.ts";
import { diedSendingAt } from "../turn/attempt.ts";
import type { TurnItem } from "../turn/entity.ts";
import { isOpen } from "../turn/turn.ts";
import type { DescribedLetter, ReplayEffect } from "./dead-letter.ts";

/** What is known of it by then; `brings`: how many waiting answers it would send in front of its own. */
type Known = Pick<DescribedLetter, "event" | "turn" | "letters"> & { brings?: number };

export function effectOf(
  { event, turn, letters, brings = 0 }: Known,
  readers: Readers,
  now: number,
): ReplayEffect {
  if (!event) return { kind: "none", because: "unreadable" };
  if (!turn) {
    if (event.kind === "ignored") return { kind: "acknowledge", because: "ignored" };
    return { kind: event.kind === "erasure" ? "erase" : "ask" };
  }
  const { status } = turn;
  if (isOpen(status)) {
    if (turn.leaseUntil > now) return { kind: "none", because: "held" };
    const isOver = letters.length > 0 && letters.every((letter) => isReplayed(letter, turn));
    if (isOver) return { kind: "acknowledge", because: "replayed" };
  }
  switch (status) {
    case "delivered":
    case "dropped":
    case "gathered":
    case "waiting":
    case "carried":
      return { kind: "acknowledge", because: status };
  }
  if (turn.idempotencyKey === undefined) return { kind: "ask" };
  const kind = mayArriveTwice(turn, readers, now) ? "send_perhaps_twice" : "send";
  return { kind, ...(brings > 0 && { brings }) };
}

/** The bot may be on its platform no longer: then nobody can tell. */
function mayArriveTwice(turn: TurnItem, readers: Readers, now: number): boolean {
  const since = turn.outcomeUnknownSince ?? diedSendingAt(turn);
  if (since === undefined) return false;
  const route = turn.route === "push" ? "push" : "reply";
  return !readers[platformOf(turn.chatId)]?.mayRepeat(route, since, now);
}

/** Of the parking that a letter tells of: so one parking is replayed once, however often it is asked for. */
export function replayIdOf({ reason, messageId }: Letter): string {
  return reason ? String(reason.parkedAt) : messageId;
}

/** Its own replay has claimed the turn; what of it goes on is on a queue, maybe as another letter. */
export function isReplayed(letter: Letter, { replayedBy = [] }: Pick<TurnItem, "replayedBy">): boolean {
  return replayedBy.includes(replayIdOf(letter));
}
