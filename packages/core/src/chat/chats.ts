import { Entity } from "electrodb";
import { asIs, guarded, isRefused, SERVICE, type Table, tableError } from "../table.ts";
import { turnEntity } from "../turn/entity.ts";
import { toFinishedTurn, toPastTurn } from "../turn/past-turn.ts";
import type { FinishedTurn, PastTurn, TurnKey } from "../turn/turn.ts";

/** What is remembered of a chat. */
export type Memory = {
  /** Key of the oldest turn that is sent verbatim; older ones are left out. Empty: none is. */
  windowStart: string;
  /** Counts the changes to the chat's item; 0 if it has never been written. */
  version: number;
  /** The newest answered turns before the one at hand, oldest first. */
  turns: readonly PastTurn[];
  /** Those of the newest turns before the one at hand that are over, oldest first. */
  finished: readonly FinishedTurn[];
};

export type Chats = {
  /**
   * The chat's memory as it was before the turn at `key`, in one query. At most `limit` items are
   * read, whatever the history; a chat never seen has an empty memory.
   */
  recall(key: TurnKey, limit: number, now: number): Promise<Memory>;
  /** Moves the window's start, unless the chat has changed meanwhile; says whether it did. */
  moveWindow(
    chat: { chatId: string; version: number },
    windowStart: string,
    expiresAt: number,
  ): Promise<boolean>;
};

function chatEntity({ client, table }: Table) {
  return new Entity(
    {
      model: { service: SERVICE, entity: "chat", version: "1" },
      attributes: {
        chatId: { type: "string", required: true },
        windowStart: { type: "string", required: true },
        version: { type: "number", required: true },
        /** Epoch seconds. */
        expiresAt: { type: "number", required: true },
      },
      indexes: {
        byId: {
          pk: { field: "pk", composite: ["chatId"], template: "${chatId}", ...asIs },
          // Sorts behind all turns of the chat, so that one query reads it together with the newest.
          sk: { field: "sk", composite: [], template: "turn~chat", ...asIs },
        },
      },
    },
    { client, table },
  );
}

export function createChats(table: Table): Chats {
  const entity = chatEntity(table);
  const turnItems = turnEntity(table);
  return {
    async recall({ chatId, key }, limit, now) {
      const { data } = await guarded(() =>
        turnItems.query
          .byChat({ chatId })
          .gte({ key: "" })
          .go({ order: "desc", limit, pages: 1, consistent: true, data: "raw" }),
      );
      // ElectroDB's types do not say so, but raw data of a query is DynamoDB's whole response;
      // with its LastEvaluatedKey, which a chat longer than `limit` has, `parse` would fail.
      const { Items } = data as unknown as { Items: Record<string, unknown>[] };
      const items = { Items };
      // Expired items stay for days until DynamoDB deletes them.
      const isCurrent = (item: { expiresAt: number }) => item.expiresAt > now / 1000;
      const chat = entity.parse(items).data.find(isCurrent);
      const turns = turnItems
        .parse(items)
        .data.filter((turn) => isCurrent(turn) && turn.key < key)
        .reverse();
      return {
        windowStart: chat?.windowStart ?? "",
        version: chat?.version ?? 0,
        turns: turns.flatMap((turn) => toPastTurn(turn) ?? []),
        finished: turns.flatMap((turn) => toFinishedTurn(turn) ?? []),
      };
    },

    async moveWindow({ chatId, version }, windowStart, expiresAt) {
      try {
        await entity
          .update({ chatId })
          .set({ windowStart, version: version + 1, expiresAt })
          .where((chat, { eq, notExists }) =>
            version === 0 ? notExists(chat.version) : eq(chat.version, version),
          )
          .go();
        return true;
      } catch (error) {
        if (isRefused(error)) return false;
        throw tableError(error);
      }
    },
  };
}
