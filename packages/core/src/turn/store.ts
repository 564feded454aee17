import { guarded, plainErrors, type Table, unlessRefused } from "../table.ts";
import { type TurnItem, turnEntity } from "./entity.ts";
import type { TurnKey } from "./place.ts";
import type { TurnStatus } from "./turn.ts";

/** What must be stored for a write to take place. What is not named may be anything. */
export type Guard = {
  status: readonly TurnStatus[];
  owner?: string;
  leaseUntil?: number;
  listedAs?: string | undefined;
  carriedBy?: string | undefined;
  takenBy?: string | undefined;
};

/** One conditional write to a turn. Its values are absolute, so repeating it changes nothing more. */
export type TurnWrite = {
  /** For people who watch. */
  name: string;
  when: Guard;
  set: Partial<TurnItem>;
  remove?: readonly (keyof TurnItem)[];
};

/**
 * Where turns are kept. Each call is one request, and each write happens wholly or not at all, whether
 * or not its caller hears of it: the SDK repeats a call whose response was lost.
 */
export type TurnStore = {
  /** @returns whether there was none */
  create(item: TurnItem): Promise<boolean>;
  /** As of now, not of a moment ago. */
  read(key: TurnKey): Promise<TurnItem | undefined>;
  /** @returns the turn as it is now; nothing if the guard refused the write */
  update(key: TurnKey, write: TurnWrite): Promise<TurnItem | undefined>;
};

/** Turns in DynamoDB. */
export function createTurnStore(table: Table): TurnStore {
  const entity = turnEntity(table);
  return {
    create: (item) => unlessRefused(() => entity.create(item).go(plainErrors)),

    async read({ chatId, key }) {
      const { data } = await guarded(() =>
        entity.get({ chatId, key }).go({ ...plainErrors, consistent: true }),
      );
      return data ?? undefined;
    },

    async update({ chatId, key }, { when: { status, ...fields }, set, remove = [] }) {
      let data: unknown;
      const isDone = await unlessRefused(async () => {
        const update = entity.update({ chatId, key });
        const patch = update.set(set as Parameters<typeof update.set>[0]);
        const response = await patch
          .remove([...remove] as Parameters<typeof patch.remove>[0])
          .where((turn, { eq }) => {
            const states = status.map((one) => eq(turn.status, one)).join(" OR ");
            const { owner, leaseUntil, listedAs, carriedBy, takenBy } = fields;
            return [
              `(${states})`,
              ...(owner === undefined ? [] : [eq(turn.owner, owner)]),
              ...(leaseUntil === undefined ? [] : [eq(turn.leaseUntil, leaseUntil)]),
              ...(carriedBy === undefined ? [] : [eq(turn.carriedBy, carriedBy)]),
              ...(takenBy === undefined ? [] : [eq(turn.takenBy, takenBy)]),
              ...(listedAs === undefined ? [] : [eq(turn.listedAs, listedAs)]),
            ].join(" AND ");
          })
          .go({ ...plainErrors, response: "all_new" });
        data = response.data;
      });
      return isDone ? (data as TurnItem) : undefined;
    },
  };
}
