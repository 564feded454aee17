import type { TurnItem } from "./entity.ts";
import { toTranscript } from "./item.ts";
import type { TurnKey } from "./place.ts";
import type { TurnStore } from "./store.ts";
import { takeOnce } from "./take-once.ts";
import { NOBODY, type Transcript } from "./transcript.ts";
import type { Turn, TurnStatus } from "./turn.ts";
import { type Change, spentBy } from "./writes.ts";

/** Calls that another turn had made, and the turn that first asked the question for which they were made. */
export type TakenCalls = { transcript: Transcript; origin: string };

export type Calls = {
  /**
   * Records what the model has called so far, and takes the lease anew. Comes before a call runs that writes, and
   * again with its result.
   *
   * @param origin key of the turn that first asked the question, if the calls were taken up
   * @returns until when the turn is held now, epoch milliseconds
   */
  record(
    turn: Turn,
    transcript: Transcript,
    leaseUntil: number,
    origin?: string | undefined,
  ): Promise<number>;
  /**
   * Takes up the calls of a turn that waits for its user's word, or that was given up on, for the turn with key `by`:
   * once, whoever else tries.
   *
   * @returns nothing, if another turn has them, or they were erased
   */
  takeUpCalls(from: TurnKey, by: string): Promise<TakenCalls | undefined>;
  /** Removes them from there, once the turn that has taken them up has recorded them itself. */
  leaveCalls(from: TurnKey, by: string): Promise<void>;
};

const answeredStates: readonly TurnStatus[] = ["answered", "waiting", "carried", "delivered"];

/** @param write of a turn's holder */
export function createCalls(
  store: Pick<TurnStore, "update">,
  write: (turn: Turn, name: string, from: readonly TurnStatus[], change: Change) => Promise<TurnItem>,
): Calls {
  return {
    async record(turn, transcript, leaseUntil, origin) {
      await write(turn, "record", ["claimed"], recorded(turn, transcript, leaseUntil, origin));
      return leaseUntil;
    },

    async takeUpCalls(from, by) {
      const status = [...answeredStates, "parked"] as const;
      const take = { name: "takeUpCalls", set: { takenBy: by } };
      const free = { status, takenBy: NOBODY };
      const item = await takeOnce(store, from, take, { free, own: { status, takenBy: by } });
      const transcript = item && toTranscript(item);
      return transcript && { transcript, origin: item.origin ?? item.key };
    },

    async leaveCalls(from, by) {
      const when = { status: answeredStates, takenBy: by };
      await store.update(from, { name: "leaveCalls", when, set: { takenBy: by }, remove: ["transcript"] });
    },
  };
}

/** What the model has called so far; nobody else takes the turn over while a call runs. */
function recorded(
  turn: Turn,
  transcript: Transcript,
  leaseUntil: number,
  origin: string | undefined,
): Change {
  const set = { transcript: JSON.stringify(transcript), takenBy: NOBODY, leaseUntil, ...spentBy(turn) };
  return { set: { ...set, ...(origin !== undefined && { origin }) } };
}
