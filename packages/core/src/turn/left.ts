import type { TurnItem } from "./entity.ts";
import type { TurnKey } from "./place.ts";
import type { Guard, TurnStore } from "./store.ts";
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
      const take = (when: Omit<Guard, "status">) =>
        store.update(
          { chatId, key: gathered.key },
          { name: "take", when: { status: ["gathered"], ...when }, set: { carriedBy, owner } },
        );
      // By an earlier attempt; or just now, and the SDK has repeated it.
      const item = (await take({ owner: gathered.owner })) ?? (await take({ carriedBy }));
      return item !== undefined;
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
  };
}
