import { BotError } from "../error.ts";
import type { Account } from "../usage/usage.ts";
import type { TurnItem } from "./entity.ts";
import {
  answerErased,
  answered,
  delivered,
  dropped,
  erased,
  firstUnclear,
  parked,
  textAttributes,
  toTurn,
} from "./item.ts";
import type { TurnStore, TurnWrite } from "./store.ts";
import type {
  Answer,
  DropReason,
  FinalStatus,
  FinishedDelivery,
  Learned,
  Parking,
  Place,
  Turn,
  TurnFailure,
  TurnKey,
  TurnStatus,
} from "./turn.ts";

export type ClaimRequest = TurnKey &
  Place & {
    eventId: string;
    question: string;
    messageId: string;
    /** Unique to this claim, so that its own repeats succeed and everyone else's are refused. */
    owner: string;
    /** Epoch milliseconds. */
    now: number;
    /** Epoch milliseconds. */
    leaseUntil: number;
    /** Epoch seconds. */
    expiresAt: number;
    /** Id of the queue message with which an operator brought the job back: it may claim a parked turn, once. */
    replay: string | undefined;
  };

export type Claim =
  | { kind: "claimed"; turn: Turn }
  /** A duplicate of something finished: nothing is left to do. */
  | { kind: "finished"; status: FinalStatus }
  /** Another worker holds it. */
  | { kind: "held"; until: number };

export type Turns = {
  claim(request: ClaimRequest): Promise<Claim>;
  /** claimed → answered. From here on the model is never asked again. */
  answer(turn: Turn, answer: Answer, learned: Learned, leaseUntil: number): Promise<Turn>;
  /** Records that no reply arrived, so that the answer may be pushed. */
  usePush(turn: Turn): Promise<Turn>;
  /** answered → delivered. */
  delivered(turn: Turn, delivery: FinishedDelivery): Promise<void>;
  /** claimed or answered → dropped: it gets no answer of its own, and nothing of its text is kept. */
  drop(turn: Turn, at: number, account: Account, because: DropReason): Promise<void>;
  /** claimed or answered → parked; without an account, if the chat's memory could not be read. */
  park(turn: Turn, failure: Parking, at: number, account?: Account): Promise<void>;
  /**
   * parked → dropped: another turn has the answer, so that bringing the parked one back gives no second one.
   * Goes on to the one that the parked turn itself stands for. What is not parked is left as it is.
   */
  supersede(turn: TurnKey): Promise<void>;
  /** Gives the lease back after a failure, so that the retry need not wait for it to run out. */
  release(turn: Turn, failure: TurnFailure): Promise<void>;
  /**
   * Removes all text from a turn, whoever holds it. What is not delivered is dropped; what stays of it keeps its
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
  async function write(turn: TurnKey & { owner: string }, change: TurnWrite): Promise<TurnItem> {
    const { owner } = turn;
    const item = await store.update(turn, { ...change, when: { ...change.when, owner } });
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
        const found = claimOf(await store.read(request), request);
        if (found.kind !== "free") return found;
        const item = await store.update(request, found.take);
        if (item) return { kind: "claimed", turn: toTurn(item) };
      }
      return { kind: "held", until: request.now };
    },

    async answer(turn, answer, learned, leaseUntil) {
      const set = { status: "answered" as const, leaseUntil, ...answered(turn, answer, learned) };
      return toTurn(await write(turn, { name: "answer", when: { status: open }, set }));
    },

    async usePush(turn) {
      const when = { status: ["answered" as const] };
      return toTurn(await write(turn, { name: "usePush", when, set: { way: "push" } }));
    },

    async delivered(turn, delivery) {
      const when = { status: ["answered", "delivered"] as const };
      await write(turn, { name: "delivered", when, set: delivered(turn, delivery) });
    },

    async drop(turn, finishedAt, account, because) {
      const when = { status: [...open, "dropped" as const] };
      const set = { ...erased, ...dropped(finishedAt, account, because) };
      await write(turn, { name: "drop", when, set, remove: textAttributes });
    },

    async park(turn, failure, at, account) {
      const when = { status: [...open, "parked" as const] };
      await write(turn, { name: "park", when, set: parked(turn, failure, at, account) });
    },

    async supersede({ chatId, key }) {
      let next: string | undefined = key;
      while (next !== undefined) next = (await store.update({ chatId, key: next }, superseded))?.repeats;
    },

    async release(turn, { code, unclearSince }) {
      const ended = { error: code, ...firstUnclear(turn, unclearSince) };
      // All attempts up to this one that did not end with their process.
      const set = { leaseUntil: 0, released: turn.attempts - turn.crashes, ...ended };
      await write(turn, { name: "release", when: { status: open }, set });
    },

    erase,

    async eraseAnswer(key) {
      if (!(await store.update(key, eraseDeliveredAnswer))) await erase(key);
    },
  };
}

const eraseFinished: TurnWrite = {
  name: "erase",
  when: { status: ["delivered", "dropped"] },
  set: erased,
  remove: textAttributes,
};

const eraseDeliveredAnswer: TurnWrite = {
  name: "erase",
  when: { status: ["delivered"] },
  set: answerErased,
};
/** With another owner, so that whoever holds it has lost it. */
const erasedAndDropped = { ...erased, status: "dropped", owner: "", leaseUntil: 0 } as const;

const eraseOpen: TurnWrite = {
  name: "erase",
  when: { status: ["claimed", "answered", "parked"] },
  set: erasedAndDropped,
  remove: [...textAttributes, "list", "listedAt"],
};

const superseded: TurnWrite = {
  name: "supersede",
  when: { status: ["parked", "dropped"] },
  set: erasedAndDropped,
  // Which turn it stood for itself is no text.
  remove: [...textAttributes.filter((name) => name !== "repeats"), "list", "listedAt"],
};

function newTurn({ now: _, replay: __, ...claimed }: ClaimRequest): TurnItem {
  return { ...claimed, status: "claimed", attempts: 1 };
}

/** What becomes of a claim on a turn that is there already. */
function claimOf(
  item: TurnItem | undefined,
  { owner, now, leaseUntil, replay }: ClaimRequest,
): Claim | { kind: "free"; take: TurnWrite } {
  // It has expired and was deleted just now.
  if (!item) return { kind: "held", until: now };
  const { status } = item;
  if (status === "claimed" || status === "answered") {
    // This very claim, whose response was lost: it does not count twice.
    if (item.owner === owner) return { kind: "claimed", turn: toTurn(item) };
    if (item.leaseUntil > now) return { kind: "held", until: item.leaseUntil };
    const when = { status: [status], owner: item.owner, leaseUntil: item.leaseUntil };
    return {
      kind: "free",
      take: { name: "claim", when, set: { owner, leaseUntil, attempts: item.attempts + 1 } },
    };
  }
  const replayedBy = item.replayedBy ?? [];
  if (status !== "parked" || replay === undefined || replayedBy.includes(replay)) {
    return { kind: "finished", status };
  }
  const take: TurnWrite = {
    name: "reclaim",
    // As it was parked when it was read: a write that arrives late must not take the turn from its successor.
    when: { status: ["parked"], listedAt: item.listedAt },
    set: {
      status: item.messages === undefined ? "claimed" : "answered",
      ...{ owner, leaseUntil, attempts: 1, replayedBy: [...replayedBy, replay] },
    },
    remove: ["list", "listedAt", "finishedAt", "released", "crashesBefore"],
  };
  return { kind: "free", take };
}
