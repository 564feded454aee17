import { BotError } from "../error.ts";
import type { Content } from "../platform/content.ts";
import type { RunningTotal } from "../usage/usage.ts";
import type { Answer, DropReason } from "./answer.ts";
import { type Calls, createCalls } from "./calls.ts";
import { type Claim, type ClaimRequest, claimOf, newTurn } from "./claim.ts";
import { createEndCarried } from "./end-carried.ts";
import type { TurnItem } from "./entity.ts";
import { eraseDeliveredAnswer, erasedAndDropped, eraseFinished, eraseOpen, superseded } from "./erasures.ts";
import { toTurn } from "./item.ts";
import { createLeftToOthers, type LeftToOthers } from "./left.ts";
import type { TurnKey } from "./place.ts";
import type { TurnStore, TurnWrite } from "./store.ts";
import {
  type AnsweredTurn,
  type FinishedDelivery,
  isOpen,
  openStatuses,
  type Parking,
  type Postponing,
  type Storing,
  type Turn,
  type TurnFailure,
  type TurnStatus,
} from "./turn.ts";
import {
  answered,
  type Change,
  delivered,
  discarded,
  dropped,
  parked,
  postponed,
  released,
  spentBy,
} from "./writes.ts";

export type DiscardedEvent = TurnKey & {
  eventId: string;
  /** Epoch milliseconds. */
  at: number;
  /** Epoch seconds. */
  expiresAt: number;
};

export type Turns = Calls &
  LeftToOthers & {
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
    /** Records that the free reply is spent on saying that the answer takes long; comes before it is sent. */
    spend(turn: Turn, at: number): Promise<void>;
    /** Records the ids of what was said beside its answer, by which members of a group quote it. */
    told(turn: Turn, sentIds: readonly string[]): Promise<void>;
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
    /** Gives the lease back as if there had been no claim: the model's limit holds the question up. */
    postpone(turn: Turn, postponing: Postponing): Promise<void>;
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

/** Another turn may be at it. */
function isLeft(status: TurnStatus): boolean {
  return status === "carried" || status === "gathered";
}

/** A claim reads, decides, and writes what it has decided unless something has changed; then once more. */
const CLAIM_TRIES = 3;

/**
 * The turn's state machine as single conditional writes. Every write names the states it may leave and the
 * owner of the lease, and has the effect of one however often the SDK repeats it, counters included.
 */
export function createTurns(store: TurnStore): Turns {
  const endCarried = createEndCarried(store);

  async function write(turn: Turn, name: string, from: readonly TurnStatus[], change: Change) {
    const when = { status: from, owner: turn.owner };
    const item = await store.update(turn, { name, when, ...change });
    if (item) return item;
    throw new BotError("turn.lost", "Another worker has taken this turn over", { retry: "later" });
  }

  async function erase(key: TurnKey): Promise<void> {
    const finished = await store.update(key, eraseFinished);
    if (finished) return endCarried(finished);
    // It was delivered in between; or it has expired, and is gone.
    if (!(await end(key, eraseOpen))) await store.update(key, eraseFinished);
  }

  /**
   * Drops a turn, and before it what it may have shown, since nobody may come back to what is dropped; and after it,
   * since it may have taken more meanwhile.
   */
  async function end(key: TurnKey, write: TurnWrite): Promise<TurnItem | undefined> {
    const found = await store.read(key);
    if (found && write.when.status.includes(found.status))
      await endCarried({ ...found, ...erasedAndDropped });
    const ended = await store.update(key, write);
    await endCarried(ended);
    return ended;
  }

  return {
    ...createCalls(store, write),
    ...createLeftToOthers(store, write),

    /** Nearly every event is new: creating its turn is the cheapest claim. */
    async claim(request) {
      const created = newTurn(request);
      if (await store.create(created)) return { kind: "claimed", turn: toTurn(created) };
      for (let tries = 0; tries < CLAIM_TRIES; tries += 1) {
        const item = await store.read(request);
        const { carriedBy } = item ?? {};
        const carrier =
          request.isDue && item && carriedBy !== undefined && isLeft(item.status)
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
      await write(turn, "renew", openStatuses, { set: { leaseUntil } });
      return leaseUntil;
    },

    async hear(turn, question) {
      const set = { question: JSON.stringify(question), ...spentBy(turn) };
      return toTurn(await write(turn, "hear", ["claimed"], { set }));
    },

    async answer(turn, answer, storing) {
      const item = await write(turn, "answer", openStatuses, answered(turn, answer, storing));
      return { ...toTurn(item), status: "answered", answer };
    },

    async spend(turn, at) {
      await write(turn, "spend", ["claimed"], { set: { thinkingAt: at } });
    },

    async told(turn, sentIds) {
      const when = { status: ["claimed", "parked"] as const, owner: turn.owner };
      await store.update(turn, { name: "told", when, set: { sentIds: [...sentIds] } });
    },

    async usePush(turn) {
      await write(turn, "usePush", ["answered"], { set: { route: "push" } });
    },

    async delivered(turn, delivery) {
      await write(turn, "delivered", ["answered", "delivered"], delivered(turn, delivery));
    },

    async drop(turn, at, total, because) {
      const { carries = [] } = turn.status === "answered" ? turn.answer : {};
      await endCarried({ ...turn, status: "dropped", carries });
      await write(turn, "drop", [...openStatuses, "dropped"], dropped(turn, at, total, because));
    },

    async park(turn, parking) {
      await write(turn, "park", [...openStatuses, "parked"], parked(turn, parking));
    },

    async supersede({ chatId, key }) {
      let next: string | undefined = key;
      while (next !== undefined) next = (await end({ chatId, key: next }, superseded))?.repeats;
    },

    async discard({ at, ...event }, seen) {
      if (!seen) return store.create({ ...newDiscarded(event), ...discarded({}, at).set });
      const { status, owner, leaseUntil, listedAs } = seen;
      await endCarried(seen);
      if (status !== "parked" && !isOpen(status)) return true;
      if (isOpen(status) && leaseUntil > at) return false;
      const when = { status: [status], owner, leaseUntil, listedAs };
      const item = await store.update(event, { name: "discard", when, ...discarded(seen, at) });
      await endCarried(item);
      return item !== undefined;
    },

    async release(turn, failure) {
      await write(turn, "release", openStatuses, released(turn, failure));
    },

    async postpone(turn, postponing) {
      await write(turn, "postpone", ["claimed"], postponed(turn, postponing));
    },

    erase,

    async eraseAnswer(key) {
      if (!(await store.update(key, eraseDeliveredAnswer))) await erase(key);
    },
  };
}

/** Of an event that no worker has claimed. */
function newDiscarded(event: Omit<DiscardedEvent, "at">): Omit<TurnItem, "status"> {
  return { ...event, sequence: "", owner: "", leaseUntil: 0, attempts: 0 };
}
