import { BotError } from "../error.ts";
import type { Content } from "../platform/content.ts";
import type { Replay } from "../queue/job.ts";
import { reminderEarlyMs } from "../settings.ts";
import type { RunningTotal } from "../usage/usage.ts";
import { diedSendingAt, letsGo } from "./attempt.ts";
import type { TurnItem } from "./entity.ts";
import { toTurn } from "./item.ts";
import type { Place, TurnKey } from "./place.ts";
import type { Guard, TurnStore, TurnWrite } from "./store.ts";
import type {
  Answer,
  AnsweredTurn,
  DropReason,
  FinalStatus,
  FinishedDelivery,
  Parking,
  Storing,
  Turn,
  TurnFailure,
  TurnStatus,
  Waiting,
} from "./turn.ts";
import {
  answered,
  type Change,
  delivered,
  discarded,
  dropped,
  eraseDeliveredAnswer,
  eraseFinished,
  eraseOpen,
  gathered,
  parked,
  released,
  type Shown,
  shown,
  superseded,
  waiting,
  withStep,
} from "./writes.ts";

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
  | { kind: "held"; until: number };

export type DiscardedEvent = TurnKey & {
  eventId: string;
  /** Epoch milliseconds. */
  at: number;
  /** Epoch seconds. */
  expiresAt: number;
};

export type Turns = {
  claim(request: ClaimRequest): Promise<Claim>;
  /**
   * Takes the lease anew for work that has outlasted it; refused if another worker has taken the turn over.
   *
   * @returns until when it is held now, epoch milliseconds
   */
  renew(turn: Turn, leaseUntil: number): Promise<number>;
  /** Stores what was said in it, while it is claimed: from then on that is the question. */
  hear(turn: Turn, question: Content): Promise<Turn>;
  /** claimed → answered. From here on the model is never asked again. */
  answer(turn: Turn, answer: Answer, storing: Storing): Promise<AnsweredTurn>;
  /**
   * claimed → gathered: a later turn asks for it too.
   *
   * @param dueAt when a reminder takes it up, if none has asked for it by then; epoch milliseconds
   */
  gather(turn: Turn, at: number, dueAt: number | undefined): Promise<void>;
  /** Records that the free reply is spent on saying that the answer takes long; comes before it is sent. */
  spend(turn: Turn, at: number): Promise<void>;
  /** answered → waiting: nothing of it is sent by its own job. */
  wait(turn: AnsweredTurn, waiting: Waiting): Promise<void>;
  /**
   * waiting → carried: the turn with key `by` shows its answer. Comes before each send, and tells whether that turn
   * still has it; no two turns have it at a time.
   *
   * @param from key of an earlier carrier that has let it go
   */
  carry(turn: TurnKey, by: string, from?: string | undefined): Promise<TurnItem | undefined>;
  /** carried → delivered. Comes before its carrier is over. */
  shown(item: TurnItem, by: string, how: Shown): Promise<void>;
  /** Records that no reply arrived, so that the answer may be pushed. */
  usePush(turn: AnsweredTurn): Promise<void>;
  /** answered → delivered. */
  delivered(turn: AnsweredTurn, delivery: FinishedDelivery): Promise<void>;
  /** claimed or answered → dropped: it gets no answer of its own, and nothing of its text is kept. */
  drop(turn: Turn, at: number, total: RunningTotal, because: DropReason): Promise<void>;
  /** claimed or answered → parked. */
  park(turn: Turn, parking: Parking): Promise<void>;
  /**
   * parked → dropped: another turn has the answer, so that bringing the parked one back gives no second one.
   * Goes on to the one that the parked turn itself stands for. What is not parked is left as it is.
   */
  supersede(turn: TurnKey): Promise<void>;
  /**
   * claimed, answered or parked → dropped, by an operator's hand; its text is erased. An event without a turn gets
   * one, so that a redelivery is not answered.
   *
   * @param seen the turn as it was when the operator decided, if there was one; a finished one is left as it is
   * @returns whether it was still so, and held by no worker
   */
  discard(event: DiscardedEvent, seen: TurnItem | undefined): Promise<boolean>;
  /** Gives the lease back after a failure, so that the retry need not wait for it to run out. */
  release(turn: Turn, failure: TurnFailure): Promise<void>;
  /**
   * Removes all text from a turn, held or not. What is not delivered is dropped; what stays of it keeps its
   * event from being answered again.
   */
  erase(turn: TurnKey): Promise<void>;
  /**
   * Removes the answer from a delivered turn; its question stays. What is not delivered is erased whole, so that
   * the answer is not sent.
   */
  eraseAnswer(turn: TurnKey): Promise<void>;
};

const open: readonly TurnStatus[] = ["claimed", "answered"];

/** A claim reads, decides, and writes what it has decided unless something has changed; then once more. */
const CLAIM_TRIES = 3;

/**
 * The turn's state machine as single conditional writes. Every write names the states it may leave and the
 * owner of the lease, and has the effect of one however often the SDK repeats it, counters included.
 */
export function createTurns(store: TurnStore): Turns {
  async function write(turn: Turn, name: string, from: readonly TurnStatus[], change: Change) {
    const when = { status: from, owner: turn.owner };
    const item = await store.update(turn, { name, when, ...change });
    if (item) return item;
    throw new BotError("turn.lost", "Another worker has taken this turn over", { retry: "later" });
  }

  async function erase(key: TurnKey): Promise<void> {
    if (await store.update(key, eraseFinished)) return;
    if (await store.update(key, eraseOpen)) return;
    // It was delivered in between; or it has expired, and is gone.
    await store.update(key, eraseFinished);
  }

  return {
    /** Nearly every event is new: creating its turn is the cheapest claim. */
    async claim(request) {
      const created = newTurn(request);
      if (await store.create(created)) return { kind: "claimed", turn: toTurn(created) };
      for (let tries = 0; tries < CLAIM_TRIES; tries += 1) {
        const item = await store.read(request);
        const { carriedBy } = item ?? {};
        const carrier =
          request.isDue && item?.status === "carried" && carriedBy !== undefined
            ? await store.read({ chatId: item.chatId, key: carriedBy })
            : undefined;
        const found = claimOf(item, request, carrier);
        if (found.kind !== "free") return found;
        const taken = await store.update(request, found.take);
        if (taken) return { kind: "claimed", turn: toTurn(taken) };
      }
      return { kind: "held", until: request.now };
    },

    async renew(turn, leaseUntil) {
      await write(turn, "renew", open, { set: { leaseUntil } });
      return leaseUntil;
    },

    async hear(turn, question) {
      return toTurn(await write(turn, "hear", ["claimed"], { set: { question: JSON.stringify(question) } }));
    },

    async answer(turn, answer, storing) {
      const item = await write(turn, "answer", open, answered(turn, answer, storing));
      return { ...toTurn(item), status: "answered", answer };
    },

    async gather(turn, at, dueAt) {
      await write(turn, "gather", ["claimed", "gathered"], gathered(turn, at, dueAt));
    },

    async spend(turn, at) {
      await write(turn, "spend", ["claimed"], { set: { thinkingAt: at } });
    },

    async wait(turn, how) {
      await write(turn, "wait", ["answered", "waiting"], waiting(turn, how));
    },

    async carry(key, by, from) {
      const set = { status: "carried", carriedBy: by } as const;
      const take = (when: Guard) => store.update(key, { name: "carry", when, set });
      const taken = await take(
        from === undefined ? { status: ["waiting"] } : { status: ["carried"], carriedBy: from },
      );
      // By an earlier attempt; or just now, and the SDK has repeated it.
      return taken ?? take({ status: ["carried"], carriedBy: by });
    },

    async shown(item, by, how) {
      // What is refused was erased, or an earlier attempt has marked it.
      await store.update(item, {
        name: "shown",
        when: { status: ["carried"], carriedBy: by },
        ...shown(item, how),
      });
    },

    async usePush(turn) {
      await write(turn, "usePush", ["answered"], { set: { route: "push" } });
    },

    async delivered(turn, delivery) {
      await write(turn, "delivered", ["answered", "delivered"], delivered(turn, delivery));
    },

    async drop(turn, at, total, because) {
      await write(turn, "drop", [...open, "dropped"], dropped(turn, at, total, because));
    },

    async park(turn, parking) {
      await write(turn, "park", [...open, "parked"], parked(turn, parking));
    },

    async supersede({ chatId, key }) {
      let next: string | undefined = key;
      while (next !== undefined) next = (await store.update({ chatId, key: next }, superseded))?.repeats;
    },

    async discard({ at, ...event }, seen) {
      if (!seen) return store.create({ ...newDiscarded(event), ...discarded({}, at).set });
      const { status, owner, leaseUntil, listedAs } = seen;
      if (status !== "parked" && !isOpen(status)) return true;
      if (isOpen(status) && leaseUntil > at) return false;
      const when = { status: [status], owner, leaseUntil, listedAs };
      return (await store.update(event, { name: "discard", when, ...discarded(seen, at) })) !== undefined;
    },

    async release(turn, failure) {
      await write(turn, "release", open, released(turn, failure));
    },

    erase,

    async eraseAnswer(key) {
      if (!(await store.update(key, eraseDeliveredAnswer))) await erase(key);
    },
  };
}

function isOpen(status: TurnStatus): boolean {
  return open.includes(status);
}

/** Of an event that no worker has claimed. */
function newDiscarded(event: Omit<DiscardedEvent, "at">): Omit<TurnItem, "status"> {
  return { ...event, sequence: "", owner: "", leaseUntil: 0, attempts: 0 };
}

function newTurn({ now, replay: _, isDue: __, question, quotes, ...claimed }: ClaimRequest): TurnItem {
  const steps = withStep({}, { at: now, is: "claimed" });
  return {
    ...{ ...claimed, question: JSON.stringify(question), status: "claimed", attempts: 1, steps },
    ...(quotes !== undefined && { quotes }),
  };
}

/** If its process died while it may have been sending: since when nobody knows what became of it. */
function unheard(item: TurnItem): Partial<TurnItem> {
  const diedAt = diedSendingAt(item);
  return diedAt === undefined ? {} : { outcomeUnknownSince: item.outcomeUnknownSince ?? diedAt };
}

/** What becomes of a claim on a turn that is there already. */
function claimOf(
  item: TurnItem | undefined,
  request: ClaimRequest,
  carrier: TurnItem | undefined,
): Claim | { kind: "free"; take: TurnWrite } {
  const { owner, now, leaseUntil, replay } = request;
  // It has expired and was deleted just now.
  if (!item) return { kind: "held", until: now };
  const { status } = item;
  if (status === "claimed" || status === "answered") {
    // This very claim, whose response was lost: it does not count twice.
    if (item.owner === owner) return { kind: "claimed", turn: toTurn(item) };
    if (item.leaseUntil > now) return { kind: "held", until: item.leaseUntil };
    const when = { status: [status], owner: item.owner, leaseUntil: item.leaseUntil };
    if (isNew(replay, item)) return { kind: "free", take: reclaim(item, when, { ...request, replay }) };
    const set = {
      ...{ owner, leaseUntil, attempts: item.attempts + 1, ...unheard(item) },
      steps: withStep(item, { at: now, is: "claimed" }),
    };
    return { kind: "free", take: { name: "claim", when, set } };
  }
  const isDue = request.isDue && isRemindedOf(item, now);
  if (isDue && status === "gathered") return { kind: "free", take: takeUpQuestion(item, request) };
  if (isDue && status === "waiting") return { kind: "free", take: takeUp(item, request) };
  if (isDue && carrier) {
    if (letsGo(carrier)) return { kind: "free", take: takeUp(item, request) };
    // It is shown next, and then this is asked once more.
    if (isOpen(carrier.status)) return { kind: "held", until: Math.max(now, carrier.leaseUntil) };
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

/** What has waited for long enough is pushed, with all attempts. */
function takeUp(item: TurnItem, { owner, leaseUntil, now }: ClaimRequest): TurnWrite {
  const { status, carriedBy } = item;
  return {
    name: "takeUp",
    when: { status: [status], owner: item.owner, carriedBy: status === "carried" ? carriedBy : undefined },
    set: {
      ...{ status: "answered", route: "push", owner, leaseUntil, attempts: 1 },
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
    remove: ["released", "error"],
  };
}

/** A replay begins with all attempts, whatever came before. */
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
      ...(isForced ? { route: "push" as const } : unheard(item)),
      steps: withStep(item, { at: now, is: "replayed" }),
    },
    remove: [
      ...(["list", "listedAs", "finishedAt", "released", "job"] as const),
      ...(isForced ? (["outcomeUnknownSince", "error"] as const) : []),
    ],
  };
}
