import { Entity } from "electrodb";
import { asIs, guarded, SERVICE, type Table } from "../table.ts";
import type { DeliveryWay, ModelUsage } from "../turn/turn.ts";

/** What one answer used. */
export type Used = ModelUsage & { way: DeliveryWay };

export type UsageBook = {
  /** Adds one answer to the chat's day (UTC). Counted at most once: a crash may leave an answer out. */
  add(chatId: string, used: Used, now: number, expiresAt: number): Promise<void>;
};

function usageEntity({ client, table }: Table) {
  const counter = { type: "number", required: true } as const;
  return new Entity(
    {
      model: { service: SERVICE, entity: "usage", version: "1" },
      attributes: {
        chatId: { type: "string", required: true },
        /** `YYYY-MM-DD`, UTC. */
        day: { type: "string", required: true },
        answers: counter,
        inputTokens: counter,
        cachedTokens: counter,
        outputTokens: counter,
        replies: counter,
        pushes: counter,
        /** Epoch seconds. */
        expiresAt: { type: "number", required: true },
      },
      indexes: {
        byChat: {
          pk: { field: "pk", composite: ["chatId"], template: "${chatId}", ...asIs },
          // Sorts before all turns, out of the way of the query for the newest.
          sk: { field: "sk", composite: ["day"], template: "day#${day}", ...asIs },
        },
        byDay: {
          index: "gsi1",
          pk: { field: "gsi1pk", composite: ["day"], template: "usage#${day}", ...asIs },
          sk: { field: "gsi1sk", composite: ["chatId"], template: "${chatId}", ...asIs },
        },
      },
    },
    { client, table },
  );
}

export function createUsageBook(table: Table): UsageBook {
  const entity = usageEntity(table);
  return {
    async add(chatId, { way, inputTokens, cachedTokens, outputTokens }, now, expiresAt) {
      const day = new Date(now).toISOString().slice(0, 10);
      await guarded(() =>
        entity
          .upsert({ chatId, day, expiresAt })
          .add({
            answers: 1,
            inputTokens,
            cachedTokens,
            outputTokens,
            replies: way === "reply" ? 1 : 0,
            pushes: way === "push" ? 1 : 0,
          })
          .go(),
      );
    },
  };
}
