import { BotError } from "../error.ts";
import { guarded, isRefused, type Table, tableError, unlessRefused } from "../table.ts";
import type { Account } from "../usage/usage.ts";
import { type TurnItem, turnEntity } from "./entity.ts";
import {
  answered,
  delivered,
  dropped,
  erased,
  firstUnclear,
  parked,
  textAttributes,
  toTurn,
} from "./item.ts";
import type {
  Answer,
  DropReason,
  FinalStatus,
  FinishedDelivery,
  Learned,
  Turn,
  TurnFailure,
  TurnKey,
  TurnStatus,
} from "./turn.ts";

export type ClaimRequest = TurnKey & {
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
  park(turn: Turn, failure: TurnFailure, at: number, account?: Account): Promise<void>;
  /** Gives the lease back after a failure, so that the retry need not wait for it to run out. */
  release(turn: Turn, failure: TurnFailure): Promise<void>;
  /**
   * Removes all text from a turn, whoever holds it. What is not delivered is dropped; what stays of it keeps its
   * event from being answered again.
   */
  erase(turn: TurnKey): Promise<void>;
};

/**
 * The turn's state machine as single conditional writes. Every write names the states
 * it may leave and the owner of the lease. Each may be repeated by the same owner with
 * the same effect, because the SDK repeats a write whose response was lost.
 */
export function createTurns(table: Table): Turns {
  const entity = turnEntity(table);

  /** Nearly every event is new: creating its turn is the cheapest claim. */
  async function claim(request: ClaimRequest): Promise<Claim> {
    const { now: _now, replay: _replay, ...claimed } = request;
    try {
      const { data } = await entity.create({ ...claimed, status: "claimed", attempts: 1 }).go();
      return { kind: "claimed", turn: toTurn(data) };
    } catch (error) {
      if (!isRefused(error)) throw tableError(error);
    }
    return reclaim(request);
  }

  /** Takes over a turn whose lease has run out, or which this owner has claimed already without hearing of it. */
  async function reclaim(request: ClaimRequest): Promise<Claim> {
    const { chatId, key, owner, now, leaseUntil } = request;
    try {
      const { data } = await entity
        .update({ chatId, key })
        .set({ owner, leaseUntil })
        .add({ attempts: 1 })
        .where(
          (turn, { eq, lte }) =>
            `(${eq(turn.status, "claimed")} OR ${eq(turn.status, "answered")})
             AND (${lte(turn.leaseUntil, now)} OR ${eq(turn.owner, owner)})`,
        )
        .go({ response: "all_new" });
      return { kind: "claimed", turn: toTurn(data as TurnItem) };
    } catch (error) {
      if (!isRefused(error)) throw tableError(error);
    }
    return refusedClaim(request);
  }

  /** Why a claim was refused. DynamoDB could return the item with the refusal, but not every stand-in does. */
  async function refusedClaim(request: ClaimRequest): Promise<Claim> {
    const { chatId, key } = request;
    const { data } = await guarded(() => entity.get({ chatId, key }).go({ consistent: true }));
    const { replay } = request;
    if (data?.status === "parked" && replay !== undefined && !data.replayedBy?.includes(replay)) {
      return reclaimParked(data, request, replay);
    }
    if (!data || data.status === "claimed" || data.status === "answered") {
      return { kind: "held", until: data?.leaseUntil ?? request.now };
    }
    return { kind: "finished", status: data.status };
  }

  async function reclaimParked(item: TurnItem, request: ClaimRequest, replay: string): Promise<Claim> {
    const { owner, leaseUntil } = request;
    const status: TurnStatus = item.messages === undefined ? "claimed" : "answered";
    const replayedBy = [...(item.replayedBy ?? []), replay];
    // As it was parked when it was read: a write that arrives late must not take the turn from its successor.
    const asRead = { parkedAt: item.listedAt ?? "", orHeld: status };
    const data = await write(item, asRead, owner, (turn) =>
      turn
        .set({ status, owner, leaseUntil, attempts: 1, replayedBy })
        .remove(["list", "listedAt", "finishedAt", "released", "crashesBefore"]),
    );
    return { kind: "claimed", turn: toTurn(data) };
  }

  type Patch = ReturnType<typeof entity.update>;

  type From = readonly TurnStatus[] | { parkedAt: string; orHeld: TurnStatus };

  /**
   * One conditional write: refused unless the turn is in one of `from` and held by `owner`; or, to bring it back,
   * parked at that very time or brought back by this owner already.
   */
  async function write(
    { chatId, key }: TurnKey,
    from: From,
    owner: string,
    patch: (turn: Patch) => ReturnType<Patch["set"]> | ReturnType<Patch["remove"]>,
  ): Promise<TurnItem> {
    try {
      const { data } = await patch(entity.update({ chatId, key }))
        .where((turn, { eq }) => {
          if ("parkedAt" in from) {
            return `(${eq(turn.status, "parked")} AND ${eq(turn.listedAt, from.parkedAt)})
              OR (${eq(turn.status, from.orHeld)} AND ${eq(turn.owner, owner)})`;
          }
          const states = from.map((status) => eq(turn.status, status)).join(" OR ");
          return `(${states}) AND ${eq(turn.owner, owner)}`;
        })
        .go({ response: "all_new" });
      return data as TurnItem;
    } catch (error) {
      if (!isRefused(error)) throw tableError(error);
      throw new BotError("turn.lost", "Another worker has taken this turn over", {
        retry: "later",
        cause: error,
      });
    }
  }

  function eraseFinished({ chatId, key }: TurnKey): Promise<boolean> {
    return unlessRefused(() =>
      entity
        .update({ chatId, key })
        .set(erased)
        .remove([...textAttributes])
        .where((turn, { eq }) => `(${eq(turn.status, "delivered")} OR ${eq(turn.status, "dropped")})`)
        .go(),
    );
  }

  function eraseOpen({ chatId, key }: TurnKey): Promise<boolean> {
    const open: TurnStatus[] = ["claimed", "answered", "parked"];
    return unlessRefused(() =>
      entity
        .update({ chatId, key })
        // With another owner, so that whoever holds it has lost it.
        .set({ ...erased, status: "dropped", owner: "", leaseUntil: 0 })
        .remove([...textAttributes, "list", "listedAt"])
        .where((turn, { eq }) => `(${open.map((status) => eq(turn.status, status)).join(" OR ")})`)
        .go(),
    );
  }

  return {
    claim,

    async answer(turn, answer, learned, leaseUntil) {
      const data = await write(turn, ["claimed", "answered"], turn.owner, (item) =>
        item.set({ status: "answered", leaseUntil, ...answered(turn, answer, learned) }),
      );
      return toTurn(data);
    },

    async usePush(turn) {
      return toTurn(await write(turn, ["answered"], turn.owner, (item) => item.set({ way: "push" })));
    },

    async delivered(turn, delivery) {
      await write(turn, ["answered", "delivered"], turn.owner, (item) => item.set(delivered(turn, delivery)));
    },

    async drop(turn, finishedAt, account, because) {
      await write(turn, ["claimed", "answered", "dropped"], turn.owner, (item) =>
        item.set({ ...erased, ...dropped(finishedAt, account, because) }).remove([...textAttributes]),
      );
    },

    async park(turn, failure, at, account) {
      await write(turn, ["claimed", "answered", "parked"], turn.owner, (item) =>
        item.set(parked(turn, failure, at, account)),
      );
    },

    async release(turn, { code, unclearSince }) {
      await write(turn, ["claimed", "answered"], turn.owner, (item) =>
        item.set({ leaseUntil: 0, error: code, ...firstUnclear(turn, unclearSince) }).add({ released: 1 }),
      );
    },

    async erase(key) {
      if (await eraseFinished(key)) return;
      if (await eraseOpen(key)) return;
      // It was delivered in between; or it has expired, and is gone.
      await eraseFinished(key);
    },
  };
}
