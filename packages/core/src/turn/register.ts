import { createConversions } from "electrodb";
import { guarded, type Table } from "../table.ts";
import { type TurnItem, textAttributes, turnEntity } from "./entity.ts";
import type { TurnKey } from "./place.ts";

/** Keys of the turns on one list of the index, by the time at which they came to it. */
export async function listedKeys(entity: ReturnType<typeof turnEntity>, list: string): Promise<TurnKey[]> {
  // The index has the table's keys and nothing else.
  const { toComposite } = createConversions(entity).byAccessPattern.byChat.fromKeys;
  const query = entity.query.listed({ list });
  // Without ElectroDB's own attributes, by which it knows its items.
  const onlyKeys = { ignoreOwnership: true, data: "includeKeys" } as const;
  const { data } = await guarded(() => query.go({ pages: "all", ...onlyKeys }));
  return (data as unknown as { pk: string; sk: string }[]).flatMap((keys) => {
    const { chatId, key } = toComposite(keys) ?? {};
    return chatId === undefined || key === undefined ? [] : { chatId, key };
  });
}

/** How much of a turn is read: `facts` leaves what was said in the table. */
export type Depth = "facts" | "all";

/** The turns of all chats that wait for an operator. */
export type TurnRegister = {
  /** Keys of all parked turns, those that were parked first in front. */
  parked(): Promise<TurnKey[]>;
  /** As of now; those that are not there are left out. In any order. */
  read(keys: readonly TurnKey[], depth: Depth): Promise<TurnItem[]>;
};

/** Batches of a hundred items that are read at once. */
const LANES = 4;

/** Parked turns in DynamoDB: one query of the index's keys, and their items in batches of a hundred. */
export function createTurnRegister(table: Table): TurnRegister {
  const entity = turnEntity(table);
  const facts = Object.keys(entity.schema.attributes).filter(
    (name) => !textAttributes.some((text) => text === name),
  );

  return {
    parked: () => listedKeys(entity, "parked"),

    async read(keys, depth) {
      const batches = [...keys].map(({ chatId, key }) => ({ chatId, key }));
      if (batches.length === 0) return [];
      const options = { consistent: true, concurrent: LANES } as const;
      const { data, unprocessed } = await guarded(() =>
        entity.get(batches).go(depth === "all" ? options : { ...options, attributes: facts as never }),
      );
      if (unprocessed.length === 0) return data as TurnItem[];
      return [...(data as TurnItem[]), ...(await this.read(unprocessed as TurnKey[], depth))];
    },
  };
}
