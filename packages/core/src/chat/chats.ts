import { BotError } from "../error.ts";
import { talkKeptMs } from "../settings.ts";
import { isCurrent } from "../table.ts";
import type { Repeated } from "../turn/answer.ts";
import type { TurnItem } from "../turn/entity.ts";
import {
  lastApologyOf,
  toConversation,
  toFinishedTurn,
  toFolding,
  toPlace,
  toRecentTurn,
  toStoredTurn,
  toUnanswered,
} from "../turn/item.ts";
import type { FinishedTurn, PastTurn, RecentTurn, StoredTurn } from "../turn/past.ts";
import { afterKey, atOf, byPlace, isBefore, type Place, type TurnKey, timeOf } from "../turn/place.ts";
import type { Folding } from "../turn/turn.ts";
import type { DayUsage } from "../usage/usage.ts";
import type { TalkItem } from "./entity.ts";
import { type ChatState, changed, type StateChange, toState } from "./state.ts";
import type { ChatStore, Range } from "./store.ts";
import { type TalkMessage, withMessage } from "./talk.ts";

/** What is remembered of a chat. */
export type Memory = ChatState & {
  /** The newest answered turns before the one at hand, oldest first. */
  turns: readonly PastTurn[];
  /** Whether these are all from the window's start on. */
  isWhole: boolean;
  /** Those of the newest turns before the one at hand that are over, oldest first. */
  finished: readonly FinishedTurn[];
  /** Those of them that were given up on, or that the model has refused. */
  unanswered: readonly Repeated[];
  /** The newest turns beside the one at hand, whatever has become of them, in the order of the queue. */
  recent: readonly RecentTurn[];
  /** What the newest turns carry of their users' days, oldest first; those after the one at hand too. */
  usages: readonly DayUsage[];
  /** The same of the days of their group. */
  chatUsages: readonly DayUsage[];
  /** In which lists the newest turns stand: see `listOfDay`. */
  lists: readonly string[];
  /** When the chat was last pushed an apology, epoch milliseconds; as far as the newest turns know. */
  apologyPushedAt: number | undefined;
  /** The newest fold that was begun; it may be over. */
  folding: Folding | undefined;
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
   * the history; after a flood, or for a message brought back late, in two. A chat never seen has
   * an empty memory.
   */
  recall(place: TurnKey & Place, limit: number, now: number): Promise<Memory>;
  /** All turns from one key to another, by place, in pages of at most 500 turns and 1 MB. */
  page(chatId: string, from: string, to: string, now: number): Promise<Page>;
  state(chatId: string, now: number): Promise<ChatState>;
  /** Changes the state as it was read, unless somebody else has done so since; says whether it did. */
  update(chatId: string, state: ChatState, change: StateChange): Promise<boolean>;
  /** What members of a group said to each other within {@link talkKeptMs}, oldest first. */
  talk(chatId: string, now: number): Promise<readonly TalkMessage[]>;
  /** Adds to it, unless it was erased before: of the newest, at most `limit` stay. */
  overhear(chatId: string, message: TalkMessage, limit: number, now: number): Promise<void>;
  /** Erases the texts of some; they stay known, so that a late delivery does not bring them back. */
  eraseTalk(chatId: string, isMeant: (message: TalkMessage) => boolean, now: number): Promise<void>;
};

/** Items read at once when the newest are not enough. */
const LONG_PAGE = 500;

/** Items that a recall reads beside the past turns: the chat's own, and the turn at hand. */
export const BESIDE_TURNS = 2;

export function createChats(store: ChatStore): Chats {
  async function read(chatId: string, range: Range) {
    const { turns, ...rest } = await store.query(chatId, range);
    return { ...rest, lastKey: turns.at(-1)?.key, turns: oldestFirst(turns) };
  }

  /**
   * Writes even what has not changed: with its new version, a worker that stood still meanwhile cannot bring back
   * what it has read.
   */
  async function changeTalk(
    chatId: string,
    now: number,
    change: (talk: readonly TalkMessage[]) => Promise<readonly TalkMessage[]>,
  ): Promise<void> {
    for (let tries = 0; tries < 3; tries += 1) {
      const item = await store.readTalk(chatId);
      const messages = [...(await change(talkOf(item, now)))];
      const version = item?.version ?? 0;
      const expiresAt = Math.ceil((now + talkKeptMs) / 1000);
      if (await store.writeTalk({ chatId, messages, version: version + 1, expiresAt }, version)) return;
    }
    throw new BotError("chat.busy", "What is said in the chat kept changing", { retry: "later" });
  }

  return {
    async recall({ chatId, ...place }, limit, now) {
      const before = ({ turns }: { turns: TurnItem[] }) => turnsBefore(turns, place, now);

      const newest = await read(chatId, { order: "desc", limit });
      const state = toState(newest.chat, now);
      const reachesBack = ({ isLast, turns }: typeof newest) =>
        isLast || (turns[0]?.key ?? "") <= state.windowStart;
      const earlier = before(newest);
      const usual = toConversation(earlier);
      // Rare: after a flood, or for a message brought back late, the newest items are not its past.
      const isFarBack = !reachesBack(newest) && usual.length < limit - BESIDE_TURNS;
      const to = afterKey(timeOf(place.key));
      const wide = isFarBack ? await read(chatId, { to, order: "desc", limit: LONG_PAGE }) : newest;
      const past = isFarBack ? toConversation(before(wide)) : usual;
      const window = past.filter((turn) => turn.key >= state.windowStart);
      return {
        ...state,
        turns: past.slice(-limit),
        isWhole: reachesBack(wide) && window.length <= limit,
        finished: earlier.flatMap((turn) => toFinishedTurn(turn) ?? []),
        unanswered: earlier.flatMap((turn) => toUnanswered(turn) ?? []),
        recent: recentOf(newest.turns, place),
        usages: newest.turns.flatMap(({ usage }) => usage ?? []),
        chatUsages: newest.turns.flatMap(({ chatUsage }) => chatUsage ?? []),
        lists: newest.turns.flatMap(({ list }) => list ?? []),
        apologyPushedAt: lastApologyOf(newest.turns),
        folding: toFolding(newest.turns),
      };
    },

    async page(chatId, from, to, now) {
      const { turns, lastKey, isLast } = await read(chatId, { from, to, order: "asc", limit: LONG_PAGE });
      return {
        turns: turns.map((item) => toStoredTurn(item, !isCurrent(item, now))),
        next: isLast || lastKey === undefined ? undefined : afterKey(lastKey),
      };
    },

    async state(chatId, now) {
      return toState(await store.read(chatId), now);
    },

    async talk(chatId, now) {
      return talkOf(await store.readTalk(chatId), now);
    },

    overhear: (chatId, message, limit, now) =>
      changeTalk(chatId, now, async (talk) => {
        const { erasedBefore, unsent } = toState(await store.read(chatId), now);
        const isErased = message.key < erasedBefore || unsent.includes(message.messageId);
        return isErased ? talk : withMessage(talk, message, limit);
      }),

    eraseTalk: (chatId, isMeant, now) =>
      changeTalk(chatId, now, async (talk) =>
        talk.map((message) => (isMeant(message) ? { ...message, text: "" } : message)),
      ),

    update: (chatId, state, change) => store.write({ chatId, ...changed(state, change) }, state.version),
  };
}

function talkOf(item: TalkItem | undefined, now: number): TalkMessage[] {
  return (item?.messages ?? []).filter((message) => atOf(message) > now - talkKeptMs);
}

/** What waits was answered before, and is shown before, by the queue: its message may have been sent after this one. */
function recentOf(items: readonly TurnItem[], { key, sequence }: Place): RecentTurn[] {
  const itself = items.find((item) => item.key === key) ?? { key, sequence };
  return items
    .filter((item) => item.key !== key)
    .toSorted((a, b) => (a.sequence < b.sequence ? -1 : 1))
    .map((item) => toRecentTurn(item, itself, items));
}

/** The table's own order is by key, which within a millisecond says nothing. */
function oldestFirst(items: readonly TurnItem[]): TurnItem[] {
  return items.toSorted((a, b) => byPlace(toPlace(a), toPlace(b)));
}

/**
 * Of these turns those that stand before the one at `place`. If that one is among them, its own place counts:
 * a job that an operator brings back has another than the one with which its event first came.
 */
function turnsBefore(items: readonly TurnItem[], place: Place, now: number): TurnItem[] {
  const itself = items.find(({ key }) => key === place.key);
  const end = itself ? toPlace(itself) : place;
  return items.filter((item) => isCurrent(item, now) && isBefore(toPlace(item), end));
}
