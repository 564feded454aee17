import type { ChatItem, TalkItem } from "@henji/core/chat/entity";
import type { ChatStore } from "@henji/core/chat/store";
import { BotError } from "@henji/core/error";
import type { Slots, SlotsStore, SlotsWrite } from "@henji/core/model/slots";
import { deadlines } from "@henji/core/settings";
import type { TurnItem } from "@henji/core/turn/entity";
import { fromListedAs } from "@henji/core/turn/listed-as";
import type { TurnKey } from "@henji/core/turn/place";
import type { TurnRegister } from "@henji/core/turn/register";
import type { Guard, TurnStore } from "@henji/core/turn/store";
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

/** What core keeps in a table, behind core's own stores. */
export type MemoryTable = {
  turnStore: TurnStore;
  chatStore: ChatStore;
  totals: Totals;
  slotsStore: SlotsStore;
  register: TurnRegister;
  /** A turn as it is stored. */
  turn(key: TurnKey): TurnItem | undefined;
  /** A chat's turns, newest first. */
  turnsOf(chatId: string): TurnItem[];
  /** Everything that is stored of a chat. */
  textOf(chatId: string): string;
  /** Whether a message is among what is kept of a group's talk, erased or not. */
  isInTalk(chatId: string, eventId: string): boolean;
};

/** Items in a response, as if they were 1 MB: far fewer than the real table's, so that a run turns pages. */
const PAGE = 40;

/**
 * The table in memory, under core's own state machine. Every call is one moment: a write is committed wholly
 * or not at all, whether or not its caller hears of it.
 */
export function createMemoryTable(options: MemoryTableOptions = {}): MemoryTable {
  const { network = directNetwork, mistakes = [], onWrite } = options;
  const turnItems = new Map<string, Map<string, TurnItem>>();
  const chatItems = new Map<string, ChatItem>();
  const talkItems = new Map<string, TalkItem>();
  const tokensOfDay = new Map<string, number>();
  const slotsItems = new Map<string, Slots>();
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

  const turnStore: TurnStore = {
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

  /** A chat's turns, newest first. */
  function newestFirst(chatId: string): TurnItem[] {
    const chat = turnItems.get(chatId) ?? new Map<string, TurnItem>();
    const keys = sorted.get(chatId) ?? [...chat.keys()].sort().reverse();
    sorted.set(chatId, keys);
    return keys.map((key) => chat.get(key)!);
  }

  const chatStore: ChatStore = {
    query: (chatId, { from = "", to, order, limit }) =>
      call("query", () => {
        const isWithin = ({ key }: TurnItem) => key >= from && (to === undefined || key <= to);
        const turns = newestFirst(chatId).filter(isWithin);
        // The chat's own item sorts after all turns.
        const chat = to === undefined ? chatItems.get(chatId) : undefined;
        const newest = chat ? [chat, ...turns] : turns;
        const ordered = order === "desc" ? newest : newest.toReversed();
        const page = ordered.slice(0, order === "desc" ? limit : Math.min(limit, PAGE));
        return {
          turns: page.filter((item): item is TurnItem => item !== chat),
          chat: page.includes(chat!) ? chat : undefined,
          // DynamoDB stops at the limit without looking at what comes next.
          isLast: page.length < limit && page.length === ordered.length,
        };
      }),

    read: (chatId) => call("readChat", () => chatItems.get(chatId)),

    write: (item, version) =>
      call("writeChat", () => {
        if ((chatItems.get(item.chatId)?.version ?? 0) !== version && !may("any_version")) return false;
        chatItems.set(item.chatId, { ...chatItems.get(item.chatId), ...item });
        return true;
      }),

    readTalk: (chatId) => call("readTalk", () => talkItems.get(chatId)),

    writeTalk: (item, version) =>
      call("writeTalk", () => {
        if ((talkItems.get(item.chatId)?.version ?? 0) !== version && !may("any_version")) return false;
        talkItems.set(item.chatId, item);
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

  const slotsStore: SlotsStore = {
    read: (model) => call("readSlots", () => slotsItems.get(model)),
    update: (model, { when, add, set }) =>
      call("slots", () => {
        const slots = slotsItems.get(model);
        if (!isMet(when, slots)) return undefined;
        const { nextAt = 0, delayedMs = 0 } = slots ?? {};
        const after = {
          nextAt: set.nextAt ?? nextAt + (add.nextAt ?? 0),
          everyMs: set.everyMs,
          delayedMs: delayedMs + (add.delayedMs ?? 0),
        };
        slotsItems.set(model, after);
        return after;
      }),
  };

  const register: TurnRegister = {
    parked: () =>
      call("parked", () => {
        const parked = [...turnItems.values()].flatMap((chat) => [...chat.values()]).filter(isParked);
        const sorted = parked.sort((a, b) => (a.listedAs! < b.listedAs! ? -1 : 1));
        return sorted.map(({ chatId, key, listedAs }) => ({ chatId, key, ...fromListedAs(listedAs!) }));
      }),
    read: (keys) => call("readMany", () => keys.flatMap((key) => read(key) ?? [])),
  };

  return {
    ...{ turnStore, chatStore, totals, slotsStore, register },
    turn: read,
    turnsOf: newestFirst,
    textOf: (chatId) =>
      JSON.stringify([
        ...newestFirst(chatId),
        chatItems.get(chatId) ?? {},
        ...(talkItems.get(chatId)?.messages ?? []),
      ]),
    isInTalk: (chatId, eventId) =>
      talkItems.get(chatId)?.messages.some(({ key }) => key.endsWith(`#${eventId}`)) === true,
  };
}

function isMet({ from, below, delayedMs }: SlotsWrite["when"], slots: Slots | undefined): boolean {
  const isFrom = from === undefined || (slots !== undefined && slots.nextAt >= from);
  const isBelow = below === undefined || slots === undefined || slots.nextAt < below;
  return isFrom && isBelow && (delayedMs === undefined || slots?.delayedMs === delayedMs);
}

function isParked({ list }: TurnItem): boolean {
  return list === "parked";
}
