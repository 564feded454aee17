import { Entity } from "electrodb";
import { asIs, guarded, isRefused, SERVICE, type Table, tableError } from "../table.ts";
import { type TurnItem, turnEntity } from "../turn/entity.ts";
import { toFinishedTurn, toPastTurn } from "../turn/item.ts";
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
   * The chat's memory as it was before the turn at `key`, in one query of at most `limit` items, whatever
   * the history; behind a flood, or for a message brought back late, in two. A chat never seen has
   * an empty memory.
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

/** Items read when the newest are not enough. */
const LONG_PAGE = 500;

export function createChats(table: Table): Chats {
  const entity = chatEntity(table);
  const turnItems = turnEntity(table);
  /** The newest items of the chat, newest first, in one page of at most 1 MB. */
  async function readItems(chatId: string, limit: number, upTo?: string) {
    const query = turnItems.query.byChat({ chatId });
    const range = upTo === undefined ? query.gte({ key: "" }) : query.between({ key: "" }, { key: upTo });
    const { data } = await guarded(() =>
      range.go({ order: "desc", limit, pages: 1, consistent: true, data: "raw" }),
    );
    // ElectroDB's types do not say so, but raw data of a query is DynamoDB's whole response;
    // with its LastEvaluatedKey, which a chat longer than `limit` has, `parse` would fail.
    const { Items } = data as unknown as { Items: Record<string, unknown>[] };
    return { Items };
  }

  return {
    async recall({ chatId, key }, limit, now) {
      // Expired items stay for days until DynamoDB deletes them.
      const isCurrent = (item: { expiresAt: number }) => item.expiresAt > now / 1000;
      const turnsBefore = (items: Awaited<ReturnType<typeof readItems>>) =>
        turnItems
          .parse(items)
          .data.filter((turn) => isCurrent(turn) && turn.key < key)
          .reverse();
      const conversation = (turns: readonly TurnItem[]) => turns.flatMap((turn) => toPastTurn(turn) ?? []);

      const newest = await readItems(chatId, limit);
      const chat = entity.parse(newest).data.find(isCurrent);
      const turns = turnsBefore(newest);
      const past = conversation(turns);
      // Rare: behind a flood, or for a message brought back late, the newest items are not its past.
      const isCovered = newest.Items.length === limit && past.length < limit / 2;
      return {
        windowStart: chat?.windowStart ?? "",
        version: chat?.version ?? 0,
        turns: isCovered
          ? conversation(turnsBefore(await readItems(chatId, LONG_PAGE, key))).slice(-limit)
          : past,
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
