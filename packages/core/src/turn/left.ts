import type { TurnItem } from "./entity.ts";
import type { TurnKey } from "./place.ts";
import type { TurnStore } from "./store.ts";
import { takeOnce } from "./take-once.ts";
import type { AnsweredTurn, Turn, TurnStatus, Waiting } from "./turn.ts";
import { type Change, gathered, type Shown, shown, waiting } from "./writes.ts";

/** What one turn leaves to another of its chat: a question to ask, or an answer to show. */
export type LeftToOthers = {
  /**
   * claimed → gathered: a later turn asks for it too.
   *
   * @param dueAt when a reminder takes it up, if none has asked for it by then; epoch milliseconds
   */
  gather(turn: Turn, at: number, dueAt: number): Promise<void>;
  /**
   * Takes a gathered question, for `turn` to ask for it too. Comes before the model is asked; no two turns have it at
   * a time.
   *
   * @param owner of the gathered one, as it was read
   * @returns whether `turn` has it now
   */
  take(turn: Turn, gathered: { key: string; owner: string }): Promise<boolean>;
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
};

/** @param write of a turn's holder */
export function createLeftToOthers(
  store: Pick<TurnStore, "update">,
  write: (turn: Turn, name: string, from: readonly TurnStatus[], change: Change) => Promise<TurnItem>,
): LeftToOthers {
  return {
    async gather(turn, at, dueAt) {
      await write(turn, "gather", ["claimed", "gathered"], gathered(turn, at, dueAt));
    },

    async take({ chatId, key: carriedBy, owner }, gathered) {
      const status = ["gathered"] as const;
      const take = { name: "take", set: { carriedBy, owner } };
      const free = { status, owner: gathered.owner };
      const key = { chatId, key: gathered.key };
      return (await takeOnce(store, key, take, { free, own: { status, carriedBy } })) !== undefined;
    },

    async wait(turn, how) {
      await write(turn, "wait", ["answered", "waiting"], waiting(turn, how));
    },

    async carry(key, by, from) {
      const carried = { status: ["carried"] } as const;
      const free = from === undefined ? ({ status: ["waiting"] } as const) : { ...carried, carriedBy: from };
      const take = { name: "carry", set: { status: "carried", carriedBy: by } } as const;
      return takeOnce(store, key, take, { free, own: { ...carried, carriedBy: by } });
    },

    async shown(item, by, how) {
      // What is refused was erased, or an earlier attempt has marked it.
      await store.update(item, {
        name: "shown",
        when: { status: ["carried"], carriedBy: by },
        ...shown(item, how),
      });
    },
  };
}
