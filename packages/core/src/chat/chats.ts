import { Entity, type EntityItem } from "electrodb";
import { asIs, guarded, SERVICE, type Table, unlessRefused } from "../table.ts";
import { type TurnItem, turnEntity } from "../turn/entity.ts";
import {
  lastApologyOf,
  toConversation,
  toFinishedTurn,
  toFolding,
  toPlace,
  toStoredTurn,
  toUnanswered,
} from "../turn/item.ts";
import {
  afterKey,
  byPlace,
  type FinishedTurn,
  type Folding,
  isBefore,
  type ModelUsage,
  type PastTurn,
  type Place,
  type Repeated,
  type StoredTurn,
  type TurnKey,
  timeOf,
} from "../turn/turn.ts";
import type { DayUsage, FoldUsage } from "../usage/usage.ts";

/** The chat's own item: what stands for the turns before the window. */
export type Notes = {
  /** Time from which turns are sent verbatim, as keys start with it; older ones are left out. Empty: none is. */
  windowStart: string;
  /** Notes on the turns before the window; empty: none. */
  summary: string;
  /** Time before which everything was taken away; a message from before it gets no answer any more. */
  erasedBefore: string;
  /** Key before which nothing is left to erase, as far as an erasure of the whole chat that was cut short has come. */
  erasedTo: string;
  /** LINE's ids of messages that were unsent before they arrived here. */
  unsent: readonly string[];
  /** What the last fold took. */
  fold?: FoldUsage;
  /** Counts the changes to the notes; 0 if there have never been any. */
  version: number;
};

/** What is remembered of a chat. */
export type Memory = Notes & {
  /** The newest answered turns before the one at hand, oldest first. */
  turns: readonly PastTurn[];
  /** Whether these are all from the window's start on. */
  isWhole: boolean;
  /** Those of the newest turns before the one at hand that are over, oldest first. */
  finished: readonly FinishedTurn[];
  /** Those of them that were given up on, or that the model has refused. */
  unanswered: readonly Repeated[];
  /** What the newest turns carry of their chat's days, oldest first; those behind the one at hand too. */
  usages: readonly DayUsage[];
  /** When the chat was last pushed an apology, epoch milliseconds; as far as the newest turns know. */
  apologyPushedAt?: number;
  /** The newest fold that was begun; it may be over. */
  folding?: Folding;
};

/** What becomes of the notes; everything that is not named stays. */
export type NotesChange = {
  windowStart?: string;
  summary?: string;
  erasedBefore?: string;
  erasedTo?: string;
  unsent?: readonly string[];
  /** Tokens of the fold that makes the change. */
  used?: ModelUsage;
  /** Epoch seconds. */
  expiresAt: number;
};

/** A stretch of a chat's history, oldest first. */
export type Page = {
  turns: StoredTurn[];
  /** Where the next page starts; nothing if this is the last. */
  next: string | undefined;
};

export type Chats = {
  /**
   * The chat's memory as it was before the turn at `place`, in one query of at most `limit` items, whatever
   * the history; behind a flood, or for a message brought back late, in two. A chat never seen has
   * an empty memory.
   */
  recall(place: TurnKey & Place, limit: number, now: number): Promise<Memory>;
  /** All turns from one key to another, by place, in pages of at most 500 turns and 1 MB. */
  page(chatId: string, from: string, to: string, now: number): Promise<Page>;
  notes(chatId: string, now: number): Promise<Notes>;
  /** Changes the notes as they were read, unless somebody else has done so since; says whether it did. */
  note(chatId: string, notes: Notes, change: NotesChange): Promise<boolean>;
};

function chatEntity({ client, table }: Table) {
  return new Entity(
    {
      model: { service: SERVICE, entity: "chat", version: "1" },
      attributes: {
        chatId: { type: "string", required: true },
        windowStart: { type: "string" },
        summary: { type: "string" },
        erasedBefore: { type: "string" },
        erasedTo: { type: "string" },
        unsent: { type: "list", items: { type: "string" } },
        /** Version that the last fold made, and its tokens. */
        foldVersion: { type: "number" },
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

/** Items that a recall reads beside the past turns: the chat's own, and the turn at hand. */
export const BESIDE_TURNS = 2;

type Range = { from?: string; to?: string; order?: "asc" | "desc"; limit: number };

export function createChats(table: Table): Chats {
  const entity = chatEntity(table);
  const turnItems = turnEntity(table);

  /** The chat's items from one key to another, in one page of at most 1 MB. */
  async function readItems(chatId: string, { from = "", to, order = "desc", limit }: Range) {
    const query = turnItems.query.byChat({ chatId });
    const range = to === undefined ? query.gte({ key: from }) : query.between({ key: from }, { key: to });
    const { data } = await guarded(() => range.go({ order, limit, pages: 1, consistent: true, data: "raw" }));
    // ElectroDB's types do not say so, but raw data of a query is DynamoDB's whole response;
    // with its LastEvaluatedKey, which a chat longer than `limit` has, `parse` would fail.
    const { Items, LastEvaluatedKey } = data as unknown as {
      Items: Record<string, unknown>[];
      LastEvaluatedKey?: unknown;
    };
    const turns = turnItems.parse({ Items }).data;
    return {
      /** Oldest first. */
      turns: oldestFirst(turns),
      lastKey: turns.at(-1)?.key,
      chat: entity.parse({ Items }).data[0],
      isLast: LastEvaluatedKey === undefined,
    };
  }

  return {
    async recall({ chatId, ...place }, limit, now) {
      const before = ({ turns }: Awaited<ReturnType<typeof readItems>>) => turnsBefore(turns, place, now);

      const newest = await readItems(chatId, { limit });
      const notes = toNotes(newest.chat, now);
      const reachesBack = ({ isLast, turns }: typeof newest) =>
        isLast || (turns[0]?.key ?? "") <= notes.windowStart;
      const usual = toConversation(before(newest));
      // Rare: behind a flood, or for a message brought back late, the newest items are not its past.
      const isCovered = !reachesBack(newest) && usual.length < limit - BESIDE_TURNS;
      const read = isCovered
        ? await readItems(chatId, { to: afterKey(timeOf(place.key)), limit: LONG_PAGE })
        : newest;
      const past = isCovered ? toConversation(before(read)) : usual;
      const window = past.filter((turn) => turn.key >= notes.windowStart);
      const folding = toFolding(newest.turns);
      return {
        ...notes,
        turns: past.slice(-limit),
        isWhole: reachesBack(read) && window.length <= limit,
        finished: before(newest).flatMap((turn) => toFinishedTurn(turn) ?? []),
        unanswered: before(newest).flatMap((turn) => toUnanswered(turn) ?? []),
        usages: newest.turns.flatMap(({ usage }) => usage ?? []),
        ...lastApologyOf(newest.turns),
        ...(folding && { folding }),
      };
    },

    async page(chatId, from, to, now) {
      const range = { from, to, order: "asc", limit: LONG_PAGE } as const;
      const { turns, lastKey, isLast } = await readItems(chatId, range);
      return {
        turns: turns.map((item) => toStoredTurn(item, !isCurrent(item, now))),
        next: isLast || lastKey === undefined ? undefined : afterKey(lastKey),
      };
    },

    async notes(chatId, now) {
      const { data } = await guarded(() => entity.get({ chatId }).go({ consistent: true }));
      return toNotes(data, now);
    },

    note: (chatId, notes, change) =>
      unlessRefused(() =>
        entity
          .update({ chatId })
          .set(noted(notes, change))
          .where((chat, { eq, notExists }) =>
            notes.version === 0 ? notExists(chat.version) : eq(chat.version, notes.version),
          )
          .go(),
      ),
  };
}

/** The table's own order is by key, which within a millisecond says nothing. */
export function oldestFirst(items: readonly TurnItem[]): TurnItem[] {
  return items.toSorted((a, b) => byPlace(toPlace(a), toPlace(b)));
}

/**
 * Of these turns those that stand before the one at `place`. If that one is among them, its own place counts:
 * a job that an operator brings back has another than the one with which its event first came.
 */
export function turnsBefore(items: readonly TurnItem[], place: Place, now: number): TurnItem[] {
  const itself = items.find(({ key }) => key === place.key);
  const end = itself ? toPlace(itself) : place;
  return items.filter((item) => isCurrent(item, now) && isBefore(toPlace(item), end));
}

/** Expired items stay for days until DynamoDB deletes them. */
function isCurrent({ expiresAt }: { expiresAt: number }, now: number): boolean {
  return expiresAt > now / 1000;
}

export type ChatItem = EntityItem<ReturnType<typeof chatEntity>>;

const nothing = { windowStart: "", summary: "", erasedBefore: "", erasedTo: "", unsent: [] };

/** The chat's own item as memory has it; none is an empty one. */
export function toNotes(chat: Omit<ChatItem, "chatId"> | null | undefined, now: number): Notes {
  const version = chat?.version ?? 0;
  if (!chat || !isCurrent(chat, now)) return { ...nothing, version };
  const { windowStart, summary, erasedBefore, erasedTo, unsent, foldVersion } = { ...nothing, ...chat };
  const { inputTokens = 0, cachedTokens = 0, outputTokens = 0 } = chat;
  const fold = foldVersion ? { inputTokens, cachedTokens, outputTokens } : undefined;
  return {
    ...{ windowStart, summary, erasedBefore, erasedTo, unsent, version },
    ...(fold && { fold: { ...fold, version: foldVersion! } }),
  };
}

/** What a change writes: all of the notes, so that nothing of an expired item, which was read as empty, comes back. */
export function noted(
  { windowStart, summary, erasedBefore, erasedTo, unsent, fold = noFold, version }: Notes,
  { used, ...change }: NotesChange,
) {
  const written = { windowStart, summary, erasedBefore, erasedTo, unsent, ...change };
  const { version: foldVersion, ...spent } = used ? { ...used, version: version + 1 } : fold;
  return { ...written, unsent: [...written.unsent], ...spent, foldVersion, version: version + 1 };
}

const noFold = { inputTokens: 0, cachedTokens: 0, outputTokens: 0, version: 0 };
