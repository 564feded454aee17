import type { Content } from "../platform/content.ts";
import type { Replay } from "../queue/job.ts";
import { reminderEarlyMs } from "../settings.ts";
import { leavesOut, letsGo } from "./attempt.ts";
import type { TurnItem } from "./entity.ts";
import { toTurn } from "./item.ts";
import type { Place, TurnKey } from "./place.ts";
import type { Guard, TurnWrite } from "./store.ts";
import { type FinalStatus, isOpen, type Turn } from "./turn.ts";
import { outcomeUnknown, withStep } from "./writes.ts";

export type ClaimRequest = TurnKey &
  Place & {
    eventId: string;
    question: Content;
    messageId: string;
    senderId: string;
    /** The platform's id of the message that it quotes. */
    quotes?: string | undefined;
    /** Unique to this claim, so that its own repeats succeed and everyone else's are refused. */
    owner: string;
    /** Epoch milliseconds. */
    now: number;
    /** Epoch milliseconds. */
    leaseUntil: number;
    /** Epoch seconds. */
    expiresAt: number;
    /** Set if an operator has brought the job back. */
    replay: Replay | undefined;
    /** A reminder: what still waits is to be pushed. */
    isDue?: boolean;
  };

export type Claim =
  | { kind: "claimed"; turn: Turn }
  /** A duplicate of something finished: nothing is left to do. */
  | { kind: "finished"; status: FinalStatus }
  /** Another worker holds it. */
  | { kind: "held"; until: number }
  /** It is due, and another turn that is not over is about to show it, or to ask for it too, or lets it go. */
  | { kind: "carried" };

/** What becomes of a claim: taken by that write, unless something has changed meanwhile; or refused. */
type ClaimDecision = Claim | { kind: "free"; take: TurnWrite };

export function newTurn({ now, replay: _, isDue: __, question, quotes, ...claimed }: ClaimRequest): TurnItem {
  const steps = withStep({}, { at: now, is: "claimed" });
  return {
    ...{ ...claimed, question: JSON.stringify(question), status: "claimed", attempts: 1, steps },
    ...(quotes !== undefined && { quotes }),
  };
}

/** What becomes of a claim on a turn that is there already. */
export function claimOf(
  item: TurnItem | undefined,
  request: ClaimRequest,
  carrier: TurnItem | undefined,
): ClaimDecision {
  const { owner, now, leaseUntil, replay } = request;
  // It has expired and was deleted just now.
  if (!item) return { kind: "held", until: now };
  const { status } = item;
  if (isOpen(status)) {
    // This very claim, whose response was lost: it does not count twice.
    if (item.owner === owner) return { kind: "claimed", turn: toTurn(item) };
    if (item.leaseUntil > now) return { kind: "held", until: item.leaseUntil };
    const when = { status: [status], owner: item.owner, leaseUntil: item.leaseUntil };
    if (isNew(replay, item)) return { kind: "free", take: reclaim(item, when, { ...request, replay }) };
    const set = {
      ...{ owner, leaseUntil, attempts: item.attempts + 1, ...outcomeUnknown(item) },
      steps: withStep(item, { at: now, is: "claimed" }),
    };
    return { kind: "free", take: { name: "claim", when, set } };
  }
  const isDue = request.isDue && isRemindedOf(item, now);
  if (isDue && status === "gathered") {
    if (!carrier || leavesOut(carrier, item.key))
      return { kind: "free", take: takeUpQuestion(item, request) };
    return carrier.status === "claimed" ? { kind: "carried" } : { kind: "finished", status };
  }
  if (isDue && status === "waiting") return { kind: "free", take: takeUp(item, request) };
  if (isDue && carrier) {
    if (letsGo(carrier)) return { kind: "free", take: takeUp(item, request) };
    if (isOpen(carrier.status)) return { kind: "carried" };
  }
  if (status !== "parked" || !isNew(replay, item)) return { kind: "finished", status };
  // As it was parked when it was read: a write that arrives late must not take the turn from its successor.
  const when = { status: [status], listedAs: item.listedAs };
  return { kind: "free", take: reclaim(item, when, { ...request, replay }) };
}

function isNew(replay: Replay | undefined, { replayedBy = [] }: TurnItem): replay is Replay {
  return replay !== undefined && !replayedBy.includes(replay.id);
}

/**
 * Whether it is the reminder of the turn's newest wait. An older one that is delivered again must not take the turn up:
 * whoever answers that delivery may delete its message.
 */
function isRemindedOf({ dueAt }: TurnItem, now: number): boolean {
  return dueAt !== undefined && now >= dueAt - reminderEarlyMs;
}

/**
 * What has waited for long enough is pushed, with all attempts. Its way is chosen anew before that, and stored: until
 * then nobody can have seen it, so it still brings what waits in front of it, whatever became of this claim.
 */
function takeUp(item: TurnItem, { owner, leaseUntil, now }: ClaimRequest): TurnWrite {
  const { status, carriedBy } = item;
  return {
    name: "takeUp",
    when: { status: [status], owner: item.owner, carriedBy: status === "carried" ? carriedBy : undefined },
    set: {
      ...{ status: "answered", route: "wait", owner, leaseUntil, attempts: 1 },
      steps: withStep(item, { at: now, is: "claimed" }),
    },
    remove: ["released", "error", "carriedBy"],
  };
}

/** None that was sent with it has asked for it: now it asks itself. */
function takeUpQuestion(item: TurnItem, { owner, leaseUntil, now }: ClaimRequest): TurnWrite {
  return {
    name: "takeUp",
    when: { status: ["gathered"], owner: item.owner },
    set: {
      ...{ status: "claimed", owner, leaseUntil, attempts: 1 },
      steps: withStep(item, { at: now, is: "claimed" }),
    },
    remove: ["released", "error", "carriedBy"],
  };
}

/**
 * A replay begins with all attempts, whatever came before. By force nobody counts as having seen the answer: its way is
 * chosen anew before it is sent, and stored.
 */
function reclaim(
  item: TurnItem,
  when: Guard,
  { owner, leaseUntil, now, replay }: Pick<ClaimRequest, "owner" | "leaseUntil" | "now"> & { replay: Replay },
): TurnWrite {
  const isAnswered = item.messages !== undefined;
  const isForced = replay.force && isAnswered;
  return {
    name: "reclaim",
    when,
    set: {
      status: isAnswered ? "answered" : "claimed",
      ...{ owner, leaseUntil, attempts: 1, replayedBy: [...(item.replayedBy ?? []), replay.id] },
      ...(isForced ? { route: "wait" as const } : outcomeUnknown(item)),
      steps: withStep(item, { at: now, is: "replayed" }),
    },
    remove: [
      ...(["list", "listedAs", "finishedAt", "released", "job", "limited"] as const),
      ...(isForced ? (["outcomeUnknownSince", "maybeSentAt", "error"] as const) : []),
    ],
  };
}
