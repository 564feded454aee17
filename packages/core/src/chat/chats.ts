import { Entity, type EntityItem } from "electrodb";
import { asIs, guarded, isRefused, SERVICE, type Table, tableError } from "../table.ts";
import { type TurnItem, turnEntity } from "../turn/entity.ts";
import { toFinishedTurn, toPastTurn } from "../turn/item.ts";
import type { FinishedTurn, ModelUsage, PastTurn, TurnKey } from "../turn/turn.ts";
import type { FoldUsage } from "../usage/usage.ts";

/** What is remembered of a chat. */
export type Memory = {
  /** Key of the oldest turn that is sent verbatim; older ones are left out. Empty: none is. */
  windowStart: string;
  /** Notes on the turns before the window; empty: none. */
  summary: string;
  /** What the last fold took. */
  fold?: FoldUsage;
  /** Counts the changes to the chat's item; 0 if it has never been written. */
  version: number;
  /** The newest answered turns before the one at hand, oldest first. */
  turns: readonly PastTurn[];
  /** Those of the newest turns before the one at hand that are over, oldest first. */
  finished: readonly FinishedTurn[];
};

/** What a fold leaves. */
export type Notes = {
  windowStart: string;
  summary: string;
  used: ModelUsage;
  /** Epoch seconds. */
  expiresAt: number;
};

export type Chats = {
  /**
   * The chat's memory as it was before the turn at `key`, in one query of at most `limit` items, whatever
   * the history; behind a flood, or for a message brought back late, in two. A chat never seen has
   * an empty memory.
   */
  recall(key: TurnKey, limit: number, now: number): Promise<Memory>;
  /** The answered turns from one key to another, oldest first: at most the oldest 500. */
  window(chatId: string, from: string, to: string, now: number): Promise<PastTurn[]>;
  /** Moves the window's start and rewrites the notes, unless the chat has changed meanwhile; says whether it did. */
  remember(chat: { chatId: string; version: number }, notes: Notes): Promise<boolean>;
};

function chatEntity({ client, table }: Table) {
  return new Entity(
    {
      model: { service: SERVICE, entity: "chat", version: "1" },
      attributes: {
        chatId: { type: "string", required: true },
        windowStart: { type: "string", required: true },
        summary: { type: "string" },
        /** Tokens of the last fold. */
        inputTokens: { type: "number" },
        cachedTokens: { type: "number" },
        outputTokens: { type: "number" },
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

/** Items read at once when the newest are not enough. */
const LONG_PAGE = 500;

export function createChats(table: Table): Chats {
  const entity = chatEntity(table);
  const turnItems = turnEntity(table);
  type Range = { from?: string; to?: string; order?: "asc" | "desc"; limit: number };

  /** The chat's items from one key to another, newest first if nothing else is said, in one page of at most 1 MB. */
  async function readItems(chatId: string, { from = "", to, order = "desc", limit }: Range) {
    const query = turnItems.query.byChat({ chatId });
    const range = to === undefined ? query.gte({ key: from }) : query.between({ key: from }, { key: to });
    const { data } = await guarded(() => range.go({ order, limit, pages: 1, consistent: true, data: "raw" }));
    // ElectroDB's types do not say so, but raw data of a query is DynamoDB's whole response;
    // with its LastEvaluatedKey, which a chat longer than `limit` has, `parse` would fail.
    const { Items } = data as unknown as { Items: Record<string, unknown>[] };
    return { Items };
  }

  const conversation = (turns: readonly TurnItem[]) => turns.flatMap((turn) => toPastTurn(turn) ?? []);

  return {
    async recall({ chatId, key }, limit, now) {
      const turnsBefore = (items: Awaited<ReturnType<typeof readItems>>) =>
        turnItems
          .parse(items)
          .data.filter((turn) => isCurrent(turn, now) && turn.key < key)
          .reverse();

      const newest = await readItems(chatId, { limit });
      const chat = entity.parse(newest).data.find((item) => isCurrent(item, now));
      const turns = turnsBefore(newest);
      const past = conversation(turns);
      // Rare: behind a flood, or for a message brought back late, the newest items are not its past.
      const isCovered = newest.Items.length === limit && past.length < limit / 2;
      return {
        ...toNotes(chat),
        turns: isCovered
          ? conversation(turnsBefore(await readItems(chatId, { to: key, limit: LONG_PAGE }))).slice(-limit)
          : past,
        finished: turns.flatMap((turn) => toFinishedTurn(turn) ?? []),
      };
    },

    async window(chatId, from, to, now) {
      const items = await readItems(chatId, { from, to, order: "asc", limit: LONG_PAGE });
      return conversation(turnItems.parse(items).data.filter((turn) => isCurrent(turn, now)));
    },

    async remember({ chatId, version }, { windowStart, summary, used, expiresAt }) {
      try {
        await entity
          .update({ chatId })
          .set({ windowStart, summary, ...used, version: version + 1, expiresAt })
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

/** Expired items stay for days until DynamoDB deletes them. */
function isCurrent({ expiresAt }: { expiresAt: number }, now: number): boolean {
  return expiresAt > now / 1000;
}

export type ChatItem = EntityItem<ReturnType<typeof chatEntity>>;

/** The chat's own item as memory has it; none is an empty one. */
export function toNotes(
  chat: Omit<ChatItem, "chatId" | "expiresAt"> | undefined,
): Pick<Memory, "windowStart" | "summary" | "version" | "fold"> {
  if (!chat) return { windowStart: "", summary: "", version: 0 };
  const { windowStart, summary = "", version, inputTokens, cachedTokens = 0, outputTokens = 0 } = chat;
  const used = inputTokens === undefined ? undefined : { inputTokens, cachedTokens, outputTokens };
  return { windowStart, summary, version, ...(used && { fold: { ...used, version } }) };
}
