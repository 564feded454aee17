import {
  BESIDE_TURNS,
  type ChatItem,
  type Chats,
  noted,
  oldestFirst,
  toNotes,
  turnsBefore,
} from "@henji/core/chat/chats";
import { BotError } from "@henji/core/error";
import { deadlines } from "@henji/core/settings";
import type { TurnItem } from "@henji/core/turn/entity";
import {
  lastApologyOf,
  toConversation,
  toFinishedTurn,
  toFolding,
  toStoredTurn,
  toUnanswered,
} from "@henji/core/turn/item";
import type { Guard, TurnStore } from "@henji/core/turn/store";
import type { TurnKey } from "@henji/core/turn/turn";
import { createTurns, type Turns } from "@henji/core/turn/turns";
import type { Totals } from "@henji/core/usage/totals";
import { directNetwork, type Network } from "./network.ts";

/** Conditions that can be left out, to see whether the simulation notices. */
export type TableMistake = "any_owner" | "any_state" | "any_version";

export type MemoryTableOptions = {
  network?: Network;
  mistakes?: readonly TableMistake[];
  /** Every committed change of a turn. */
  onWrite?: (what: string, item: TurnItem) => void;
};

export type MemoryTable = {
  turns: Turns;
  chats: Chats;
  totals: Totals;
  /** A turn as it is stored. */
  turn(key: TurnKey): TurnItem | undefined;
  /** A chat's turns, newest first. */
  turnsOf(chatId: string): TurnItem[];
  /** Everything that is stored of a chat. */
  textOf(chatId: string): string;
};

type StoredChat = Omit<ChatItem, "chatId">;

/** Far less than the real table's, so that a run turns pages. */
const PAGE = 40;

/**
 * The table in memory, under core's own state machine. Every call is one moment: a write is committed wholly
 * or not at all, whether or not its caller hears of it.
 */
export function createMemoryTable(options: MemoryTableOptions = {}): MemoryTable {
  const { network = directNetwork, mistakes = [], onWrite } = options;
  const turnItems = new Map<string, Map<string, TurnItem>>();
  const chatItems = new Map<string, StoredChat>();
  const tokensOfDay = new Map<string, number>();
  /** The keys of a chat's turns, newest first, while no turn comes to it. */
  const sorted = new Map<string, string[]>();

  const may = (mistake: TableMistake) => mistakes.includes(mistake);

  const call = <T>(operation: string, effect: () => T) =>
    network.carry<T>({
      operation: `table.${operation}`,
      effect,
      failed: (failure) => {
        throw new BotError("table.unavailable", `DynamoDB: ${failure}`, {
          retry: "later",
          outcome: "unknown",
        });
      },
      patience: deadlines.tableMs,
    });

  const read = ({ chatId, key }: TurnKey) => turnItems.get(chatId)?.get(key);

  function put(what: string, item: TurnItem): TurnItem {
    const chat = turnItems.get(item.chatId) ?? new Map<string, TurnItem>();
    if (!chat.has(item.key)) sorted.delete(item.chatId);
    turnItems.set(item.chatId, chat.set(item.key, item));
    onWrite?.(what, item);
    return item;
  }

  function isGuarded(item: TurnItem, { status, ...fields }: Guard): boolean {
    if (!may("any_state") && !status.includes(item.status)) return false;
    return Object.entries(fields).every(
      ([name, value]) =>
        value === undefined ||
        (name === "owner" && may("any_owner")) ||
        item[name as keyof typeof fields] === value,
    );
  }

  const store: TurnStore = {
    create: (item) =>
      call("create", () => {
        if (read(item)) return false;
        put("claim", item);
        return true;
      }),

    read: (key) => call("read", () => read(key)),

    update: (key, { name, when, set, remove = [] }) =>
      call(name, () => {
        const item = read(key);
        if (!item || !isGuarded(item, when)) return undefined;
        const kept = Object.entries(item).filter(([field]) => !remove.some((gone) => gone === field));
        return put(name, { ...(Object.fromEntries(kept) as TurnItem), ...set });
      }),
  };

  const isCurrent = (item: { expiresAt: number }, now: number) => item.expiresAt > now / 1000;
  /** A chat's turns, newest first. */
  function newestFirst(chatId: string): TurnItem[] {
    const chat = turnItems.get(chatId) ?? new Map<string, TurnItem>();
    const keys = sorted.get(chatId) ?? [...chat.keys()].sort().reverse();
    sorted.set(chatId, keys);
    return keys.map((key) => chat.get(key)!);
  }

  const chats: Chats = {
    recall: ({ chatId, ...place }, limit, now) =>
      call("recall", () => {
        const stored = chatItems.get(chatId);
        // The chat's own item sorts behind all turns, so the query reads it first.
        const all = newestFirst(chatId);
        const newest = all.slice(0, limit - (stored ? 1 : 0));
        const before = (items: readonly TurnItem[]) => turnsBefore(oldestFirst(items), place, now);
        const notes = toNotes(stored, now);
        const isCut = newest.length + (stored ? 1 : 0) === limit;
        const reachesBack = !isCut || (newest.at(-1)?.key ?? "") <= notes.windowStart;
        const usual = toConversation(before(newest));
        const isCovered = !reachesBack && usual.length < limit - BESIDE_TURNS;
        const past = isCovered ? toConversation(before(all)) : usual;
        const window = past.filter((turn) => turn.key >= notes.windowStart);
        const known = oldestFirst(newest);
        const folding = toFolding(known);
        return {
          ...notes,
          turns: past.slice(-limit),
          isWhole: (reachesBack || isCovered) && window.length <= limit,
          finished: before(newest).flatMap((turn) => toFinishedTurn(turn) ?? []),
          unanswered: before(newest).flatMap((turn) => toUnanswered(turn) ?? []),
          usages: known.flatMap(({ usage }) => usage ?? []),
          ...lastApologyOf(known),
          ...(folding && { folding }),
        };
      }),

    page: (chatId, from, to, now) =>
      call("page", () => {
        const within = newestFirst(chatId).filter(({ key }) => key >= from && key <= to);
        const page = oldestFirst(within.slice(-PAGE));
        return {
          turns: page.map((item) => toStoredTurn(item, !isCurrent(item, now))),
          next: within.at(-PAGE - 1)?.key,
        };
      }),

    notes: (chatId, now) => call("notes", () => toNotes(chatItems.get(chatId), now)),

    note: (chatId, notes, change) =>
      call("note", () => {
        if ((chatItems.get(chatId)?.version ?? 0) !== notes.version && !may("any_version")) return false;
        chatItems.set(chatId, { ...chatItems.get(chatId), ...noted(notes, change) });
        return true;
      }),
  };

  const totals: Totals = {
    add: ({ day, tokens }) =>
      call("add", () => {
        tokensOfDay.set(day, (tokensOfDay.get(day) ?? 0) + tokens);
      }),
    sum: (day) => call("sum", () => tokensOfDay.get(day) ?? 0),
  };

  return {
    turns: createTurns(store),
    chats,
    totals,
    turn: read,
    turnsOf: newestFirst,
    textOf: (chatId) => JSON.stringify([...newestFirst(chatId), chatItems.get(chatId) ?? {}]),
  };
}
