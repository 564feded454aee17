import { createConversions } from "electrodb";
import { guarded, plainErrors, type Table } from "../table.ts";
import { type TurnItem, textAttributes, turnEntity } from "./entity.ts";
import { fromListedAs, type ListedAs, listOfDay } from "./listed-as.ts";
import type { TurnKey } from "./place.ts";

/** A turn on one of the index's lists. */
export type ListedTurn = TurnKey & ListedAs;

/** The turns on one list, by the time at which they came to it. The index tells all of this, and is read alone. */
export async function listed(entity: ReturnType<typeof turnEntity>, list: string): Promise<ListedTurn[]> {
  const { toComposite } = createConversions(entity).byAccessPattern.byChat.fromKeys;
  const query = entity.query.listed({ list });
  // Without ElectroDB's own attributes, by which it knows its items.
  const onlyKeys = { ignoreOwnership: true, data: "includeKeys" } as const;
  const { data } = await guarded(() => query.go({ ...plainErrors, pages: "all", ...onlyKeys }));
  return (data as unknown as IndexKeys[]).flatMap(({ pk, sk, gsi1sk }) => {
    const { chatId, key } = toComposite({ pk, sk }) ?? {};
    return chatId === undefined || key === undefined ? [] : { chatId, key, ...fromListedAs(gsi1sk) };
  });
}

/** All that the index holds of an item. */
type IndexKeys = { pk: string; sk: string; gsi1sk: string };

/** The chats that had a turn over on one of these days, each with the key of such a turn. A query a day. */
export async function chatsOn(
  entity: ReturnType<typeof turnEntity>,
  days: Iterable<string>,
): Promise<Map<string, string>> {
  const lists = await Promise.all(Array.from(days, (day) => listed(entity, listOfDay(day))));
  return new Map(lists.flat().map(({ chatId, key }) => [chatId, key]));
}

/** How much of a turn is read: `facts` leaves what was said in the table. */
export type ReadDepth = "facts" | "all";

/** The turns of all chats that wait for an operator. */
export type TurnRegister = {
  /** All parked turns, those that were parked first in front. */
  parked(): Promise<ListedTurn[]>;
  /** As of now; those that are not there are left out. In any order. */
  read(keys: readonly TurnKey[], depth: ReadDepth): Promise<TurnItem[]>;
};

/** Batches of a hundred items that are read at once. */
const LANES = 4;

/** Parked turns in DynamoDB: a query of the index, and what is read in batches of a hundred. */
export function createTurnRegister(table: Table): TurnRegister {
  const entity = turnEntity(table);
  const facts = Object.keys(entity.schema.attributes).filter(
    (name) => !textAttributes.some((text) => text === name),
  );

  return {
    parked: () => listed(entity, "parked"),

    async read(keys, depth) {
      const batches = [...keys].map(({ chatId, key }) => ({ chatId, key }));
      if (batches.length === 0) return [];
      const options = { ...plainErrors, consistent: true, concurrent: LANES } as const;
      const { data, unprocessed } = await guarded(() =>
        entity.get(batches).go(depth === "all" ? options : { ...options, attributes: facts as never }),
      );
      if (unprocessed.length === 0) return data as TurnItem[];
      return [...(data as TurnItem[]), ...(await this.read(unprocessed as TurnKey[], depth))];
    },
  };
}
