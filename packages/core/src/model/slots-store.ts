import { Entity } from "electrodb";
import { asIs, entityOf, guarded, plainErrors, SERVICE, type Table, unlessRefused } from "../table.ts";
import type { Slots, SlotsStore } from "./slots.ts";

function makeSlotsEntity({ client, table }: Table) {
  return new Entity(
    {
      model: { service: SERVICE, entity: "slots", version: "1" },
      attributes: {
        /** The model's name. */
        model: { type: "string", required: true },
        nextAt: { type: "number" },
        everyMs: { type: "number" },
        delayedMs: { type: "number" },
        /** Epoch seconds. */
        expiresAt: { type: "number" },
      },
      indexes: {
        byModel: {
          pk: { field: "pk", composite: ["model"], template: "slots#${model}", ...asIs },
          sk: { field: "sk", composite: [], template: "slots", ...asIs },
        },
      },
    },
    { client, table },
  );
}

const slotsEntity = entityOf(makeSlotsEntity);

/** Slots in DynamoDB. */
export function createSlotsStore(table: Table): SlotsStore {
  // Not before a limit is reached.
  const entity = () => slotsEntity(table);
  return {
    async read(model) {
      const { data } = await guarded(() =>
        entity()
          .get({ model })
          .go({ ...plainErrors, consistent: true }),
      );
      return data ? toSlots(data) : undefined;
    },

    async update(model, { when: { from, below, delayedMs }, add, set }) {
      let data: Partial<Slots> | undefined;
      const isDone = await unlessRefused(async () => {
        const update = entity()
          .update({ model })
          .set(set)
          .add(add)
          .where((slots, { gte, lt, eq, notExists }) =>
            [
              ...(from === undefined ? [] : [gte(slots.nextAt, from)]),
              ...(below === undefined ? [] : [`(${notExists(slots.nextAt)} OR ${lt(slots.nextAt, below)})`]),
              ...(delayedMs === undefined ? [] : [eq(slots.delayedMs, delayedMs)]),
            ].join(" AND "),
          );
        data = (await update.go({ ...plainErrors, response: "all_new" })).data;
      });
      return isDone && data ? toSlots(data) : undefined;
    },
  };
}

function toSlots({ nextAt = 0, everyMs = 0, delayedMs = 0 }: Partial<Slots>): Slots {
  return { nextAt, everyMs, delayedMs };
}
