import type { Chats } from "@henji/core/chat/chats";
import { BotError } from "@henji/core/error";
import { deadlines } from "@henji/core/settings";
import type { TurnItem } from "@henji/core/turn/entity";
import { firstUnclear, toFinishedTurn, toPastTurn, toTurn } from "@henji/core/turn/item";
import type { FinalStatus, TurnKey, TurnStatus } from "@henji/core/turn/turn";
import type { Claim, ClaimRequest, Turns } from "@henji/core/turn/turns";
import type { UsageBook, Used } from "@henji/core/usage/usage";
import { directNetwork, type Network } from "./network.ts";

/** Conditions of core/src/turn/turns.ts that can be left out, to see whether the simulation notices. */
export type TableMistake = "any_owner" | "any_state" | "any_lease" | "claims_finished" | "replays_again";

export type MemoryTableOptions = {
  network?: Network;
  mistakes?: readonly TableMistake[];
  /** Every committed change of a turn. */
  onWrite?: (what: string, item: TurnItem) => void;
};

export type MemoryTable = {
  turns: Turns;
  chats: Chats;
  usage: UsageBook;
  /** A turn as it is stored. */
  turn(key: TurnKey): TurnItem | undefined;
};

type ChatItem = { windowStart: string; version: number; expiresAt: number };

/**
 * Core's table ports in memory, with the very conditions of the ElectroDB side. Every call is one
 * moment: a write is committed wholly or not at all, whether or not its caller hears of it.
 */
export function createMemoryTable(options: MemoryTableOptions = {}): MemoryTable {
  const { network = directNetwork, mistakes = [], onWrite } = options;
  const turnItems = new Map<string, Map<string, TurnItem>>();
  const chatItems = new Map<string, ChatItem>();
  const usageItems = new Map<string, Used & { answers: number }>();

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
      current.status === "parked" ? current.parkedAt === parked.parkedAt : current.owner === owner;
    const item = await call("reclaim", () =>
      write("reclaim", parked, ["parked", status], asRead, (current) => {
        const { parked: _, parkedAt: __, finishedAt: ___, released: ____, ...rest } = current;
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

    async answer(turn, { messages, retryKey, way, notice }, { usage, tokens }, leaseUntil) {
      const text = JSON.stringify(messages);
      const item = await call("answer", () =>
        write("answer", turn, ["claimed", "answered"], turn.owner, (current) => ({
          ...current,
          status: "answered",
          leaseUntil,
          messages: text,
          retryKey,
          way,
          ...(notice && { notice: true }),
          ...usage,
          ...(tokens && { questionTokens: tokens.question, answerTokens: tokens.answer }),
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

    async delivered(turn, by, requestId, finishedAt) {
      await call("delivered", () =>
        write("delivered", turn, ["answered", "delivered"], turn.owner, (item) => ({
          ...item,
          status: "delivered",
          way: by,
          finishedAt,
          ...(requestId !== undefined && { requestId }),
        })),
      );
    },

    async drop(turn, finishedAt) {
      await call("drop", () =>
        write("drop", turn, ["claimed", "dropped"], turn.owner, (item) => ({
          ...item,
          status: "dropped",
          finishedAt,
        })),
      );
    },

    async park(turn, { code, unclearSince }, at) {
      await call("park", () =>
        write("park", turn, ["claimed", "answered", "parked"], turn.owner, (item) => ({
          ...item,
          status: "parked",
          parked: "parked",
          parkedAt: new Date(at).toISOString(),
          finishedAt: at,
          error: code,
          ...firstUnclear(turn, unclearSince),
        })),
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
  };

  const chats: Chats = {
    recall: ({ chatId, key }, limit, now) =>
      call("recall", () => {
        const isCurrent = (item: { expiresAt: number }) => item.expiresAt > now / 1000;
        const stored = chatItems.get(chatId);
        const chat = stored && isCurrent(stored) ? stored : undefined;
        // The chat's own item sorts behind all turns, so the query reads it first.
        const all = [...(turnItems.get(chatId)?.values() ?? [])].sort((a, b) => (a.key < b.key ? 1 : -1));
        const newest = all.slice(0, limit - (stored ? 1 : 0));
        const turnsBefore = (items: TurnItem[]) =>
          items.filter((turn) => isCurrent(turn) && turn.key < key).reverse();
        const conversation = (turns: TurnItem[]) => turns.flatMap((turn) => toPastTurn(turn) ?? []);
        const before = turnsBefore(newest);
        const past = conversation(before);
        const isCovered = newest.length + (stored ? 1 : 0) === limit && past.length < limit / 2;
        return {
          windowStart: chat?.windowStart ?? "",
          version: chat?.version ?? 0,
          turns: isCovered ? conversation(turnsBefore(all)).slice(-limit) : past,
          finished: before.flatMap((turn) => toFinishedTurn(turn) ?? []),
        };
      }),

    moveWindow: ({ chatId, version }, windowStart, expiresAt) =>
      call("moveWindow", () => {
        if ((chatItems.get(chatId)?.version ?? 0) !== version) return false;
        chatItems.set(chatId, { windowStart, version: version + 1, expiresAt });
        return true;
      }),
  };

  const usage: UsageBook = {
    add: (chatId, used, now) =>
      call("usage", () => {
        const key = `${chatId}/${new Date(now).toISOString().slice(0, 10)}`;
        const { answers } = usageItems.get(key) ?? { answers: 0 };
        usageItems.set(key, { ...used, answers: answers + 1 });
      }),
  };

  return { turns, chats, usage, turn: read };
}
