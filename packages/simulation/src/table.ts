import { BESIDE_TURNS, type ChatItem, type Chats, noted, toNotes } from "@henji/core/chat/chats";
import { BotError } from "@henji/core/error";
import { deadlines } from "@henji/core/settings";
import type { TurnItem } from "@henji/core/turn/entity";
import {
  answered,
  delivered,
  dropped,
  erased,
  firstUnclear,
  parked,
  textAttributes,
  toConversation,
  toFinishedTurn,
  toFolding,
  toStoredTurn,
  toTurn,
} from "@henji/core/turn/item";
import type { FinalStatus, TurnKey, TurnStatus } from "@henji/core/turn/turn";
import type { Claim, ClaimRequest, Turns } from "@henji/core/turn/turns";
import { directNetwork, type Network } from "./network.ts";

/** Conditions of core/src/turn/turns.ts that can be left out, to see whether the simulation notices. */
export type TableMistake =
  | "any_owner"
  | "any_state"
  | "any_lease"
  | "claims_finished"
  | "replays_again"
  | "any_version";

export type MemoryTableOptions = {
  network?: Network;
  mistakes?: readonly TableMistake[];
  /** Every committed change of a turn. */
  onWrite?: (what: string, item: TurnItem) => void;
};

export type MemoryTable = {
  turns: Turns;
  chats: Chats;
  /** A turn as it is stored. */
  turn(key: TurnKey): TurnItem | undefined;
  /** Everything that is stored of a chat. */
  textOf(chatId: string): string;
};

type StoredChat = Omit<ChatItem, "chatId">;

/** Far less than the real table's, so that a run turns pages. */
const PAGE = 40;

/** As core/src/turn/turns.ts erases. */
function withoutText(item: TurnItem): TurnItem {
  const kept = Object.entries(item).filter(([name]) => !textAttributes.some((text) => text === name));
  return { ...(Object.fromEntries(kept) as TurnItem), ...erased };
}

/**
 * Core's table ports in memory, with the very conditions of the ElectroDB side. Every call is one
 * moment: a write is committed wholly or not at all, whether or not its caller hears of it.
 */
export function createMemoryTable(options: MemoryTableOptions = {}): MemoryTable {
  const { network = directNetwork, mistakes = [], onWrite } = options;
  const turnItems = new Map<string, Map<string, TurnItem>>();
  const chatItems = new Map<string, StoredChat>();
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

  /** One conditional write: refused unless the turn is in one of `from` and held as it must be. */
  function write(
    what: string,
    key: TurnKey,
    from: readonly TurnStatus[],
    owner: string | ((item: TurnItem) => boolean),
    patch: (item: TurnItem) => TurnItem,
  ): TurnItem {
    const item = read(key);
    const stateFits = item && (may("any_state") || from.includes(item.status));
    const isHeld = (by: TurnItem) => (typeof owner === "string" ? by.owner === owner : owner(by));
    if (stateFits && (may("any_owner") || isHeld(item))) return put(what, patch(item));
    throw new BotError("turn.lost", "Another worker has taken this turn over", { retry: "later" });
  }

  function create(request: ClaimRequest): TurnItem | undefined {
    if (read(request)) return undefined;
    const { now: _now, replay: _replay, ...claimed } = request;
    return put("claim", { ...claimed, status: "claimed", attempts: 1 });
  }

  function takeOver({ owner, now, leaseUntil, ...key }: ClaimRequest): TurnItem | undefined {
    const item = read(key);
    if (!item) return undefined;
    const isOpen = item.status === "claimed" || item.status === "answered" || may("claims_finished");
    const isFree = item.leaseUntil <= now || item.owner === owner || may("any_lease");
    if (!isOpen || !isFree) return undefined;
    return put("claim", { ...item, owner, leaseUntil, attempts: item.attempts + 1 });
  }

  async function refusedClaim(request: ClaimRequest): Promise<Claim> {
    const item = await call("read", () => read(request));
    const { replay } = request;
    const isNew = !item?.replayedBy?.includes(replay ?? "") || may("replays_again");
    if (item?.status === "parked" && replay !== undefined && isNew) {
      return reclaimParked(item, request, replay);
    }
    if (!item || item.status === "claimed" || item.status === "answered") {
      return { kind: "held", until: item?.leaseUntil ?? request.now };
    }
    return { kind: "finished", status: item.status as FinalStatus };
  }

  async function reclaimParked(
    parked: TurnItem,
    { owner, leaseUntil }: ClaimRequest,
    replay: string,
  ): Promise<Claim> {
    const status = parked.messages === undefined ? "claimed" : "answered";
    const asRead = (current: TurnItem) =>
      current.status === "parked" ? current.listedAt === parked.listedAt : current.owner === owner;
    const item = await call("reclaim", () =>
      write("reclaim", parked, ["parked", status], asRead, (current) => {
        const { list: _, listedAt: __, finishedAt: ___, released, crashesBefore, ...rest } = current;
        return {
          ...rest,
          status,
          owner,
          leaseUntil,
          attempts: 1,
          replayedBy: [...(current.replayedBy ?? []), replay],
        };
      }),
    );
    return { kind: "claimed", turn: toTurn(item) };
  }

  const turns: Turns = {
    async claim(request) {
      const item =
        (await call("claim", () => create(request))) ?? (await call("takeOver", () => takeOver(request)));
      return item ? { kind: "claimed", turn: toTurn(item) } : refusedClaim(request);
    },

    async answer(turn, answer, learned, leaseUntil) {
      const said = answered(turn, answer, learned);
      const item = await call("answer", () =>
        write("answer", turn, ["claimed", "answered"], turn.owner, (current) => ({
          ...current,
          status: "answered",
          leaseUntil,
          ...said,
        })),
      );
      return toTurn(item);
    },

    async usePush(turn) {
      const item = await call("usePush", () =>
        write("usePush", turn, ["answered"], turn.owner, (current) => ({ ...current, way: "push" })),
      );
      return toTurn(item);
    },

    async delivered(turn, delivery) {
      const given = delivered(turn, delivery);
      await call("delivered", () =>
        write("delivered", turn, ["answered", "delivered"], turn.owner, (item) => ({ ...item, ...given })),
      );
    },

    async drop(turn, finishedAt, account, because) {
      const given = dropped(finishedAt, account, because);
      await call("drop", () =>
        write("drop", turn, ["claimed", "answered", "dropped"], turn.owner, (item) => ({
          ...withoutText(item),
          ...given,
        })),
      );
    },

    async park(turn, failure, at, account) {
      const given = parked(turn, failure, at, account);
      await call("park", () =>
        write("park", turn, ["claimed", "answered", "parked"], turn.owner, (item) => ({ ...item, ...given })),
      );
    },

    async release(turn, { code, unclearSince }) {
      await call("release", () =>
        write("release", turn, ["claimed", "answered"], turn.owner, (item) => ({
          ...item,
          leaseUntil: 0,
          error: code,
          ...firstUnclear(turn, unclearSince),
          released: (item.released ?? 0) + 1,
        })),
      );
    },

    async erase(key) {
      await call("erase", () => {
        const { status, owner, leaseUntil, list, listedAt, ...rest } = withoutText(read(key)!);
        const where = { ...(list !== undefined && { list }), ...(listedAt !== undefined && { listedAt }) };
        put(
          "erase",
          status === "delivered" || status === "dropped"
            ? { ...rest, ...where, status, owner, leaseUntil }
            : { ...rest, status: "dropped", owner: "", leaseUntil: 0 },
        );
      });
    },
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
    recall: ({ chatId, key }, limit, now) =>
      call("recall", () => {
        const stored = chatItems.get(chatId);
        // The chat's own item sorts behind all turns, so the query reads it first.
        const all = newestFirst(chatId);
        const newest = all.slice(0, limit - (stored ? 1 : 0));
        const before = (items: readonly TurnItem[]) =>
          items.filter((turn) => isCurrent(turn, now) && turn.key < key).reverse();
        const notes = toNotes(stored, now);
        const isCut = newest.length + (stored ? 1 : 0) === limit;
        const reachesBack = !isCut || (newest.at(-1)?.key ?? "") <= notes.windowStart;
        const usual = toConversation(before(newest));
        const isCovered = !reachesBack && usual.length < limit - BESIDE_TURNS;
        const past = isCovered ? toConversation(before(all)) : usual;
        const window = past.filter((turn) => turn.key >= notes.windowStart);
        const oldestFirst = [...newest].reverse();
        const folding = toFolding(oldestFirst);
        return {
          ...notes,
          turns: past.slice(-limit),
          isWhole: (reachesBack || isCovered) && window.length <= limit,
          finished: before(newest).flatMap((turn) => toFinishedTurn(turn) ?? []),
          usages: oldestFirst.flatMap(({ usage }) => usage ?? []),
          ...(folding && { folding }),
        };
      }),

    page: (chatId, from, to, now) =>
      call("page", () => {
        const within = newestFirst(chatId).filter(({ key }) => key >= from && key <= to);
        const page = within.slice(-PAGE).reverse();
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

  return {
    turns,
    chats,
    turn: read,
    textOf: (chatId) => JSON.stringify([...newestFirst(chatId), chatItems.get(chatId) ?? {}]),
  };
}
