import { inLanes } from "../lanes.ts";
import { chatHash } from "../log.ts";
import { guarded, plainErrors, type Table } from "../table.ts";
import { daysAfter, startOfDay } from "../time-zone.ts";
import { turnEntity } from "../turn/entity.ts";
import { keyAt } from "../turn/place.ts";
import { chatsOn } from "../turn/register.ts";
import { addMedia, noMedia, someMedia } from "./media.ts";
import { addSearches } from "./searches.ts";
import { costOf, type DayUsage, type ModelUsage, type Prices, totalOf } from "./usage.ts";

type Counts = ModelUsage &
  Pick<DayUsage, "media"> & { answers: number; replies: number; pushes: number; costUsd: number };

/** What one chat has used on the day. */
export type ChatUsage = Counts & {
  /** As the log names it. */
  chat: string;
  /** LINE's id; only if asked for. */
  chatId?: string;
  /** The user has been told that the day's limit is reached. */
  refused: boolean;
};

export type DayReport = {
  /** `YYYY-MM-DD`, in the bot's time zone. */
  day: string;
  /** The dearest first. */
  chats: ChatUsage[];
  /** All of them together; `refused` counts chats. */
  total: Counts & { chats: number; refused: number };
};

export type UsageReport = {
  /** One query for the day's chats, and one or, after many unanswered turns, a few for each of them. */
  forDay(day: string, bot: { prices: Prices; timeZone: string }, ids?: boolean): Promise<DayReport>;
};

/** Queries at once: quick enough for thousands of chats, and no burst that the table would throttle. */
const LANES = 16;

/** Turns read at once: the newest nearly always has the total, so more would only cost more. */
const PAGE = 10;

/** How far LINE's clock, which makes the keys, may be ahead of ours, which makes the days. */
const AHEAD_MS = 60_000;

/** A chat, and the key of a turn that has a total of the day. */
type Listed = readonly [chatId: string, key: string];

/** Epoch milliseconds. */
type Span = { startsAt: number; endsAt: number };

/** Reads what the turns carry of their chats' days. */
export function createUsageReport(table: Table): UsageReport {
  const entity = turnEntity(table);

  /** The total is on one of the chat's newest turns of the day; on one before the listed, if that was brought back. */
  async function totalIn(
    listed: Listed,
    day: string,
    span: Span,
    cursor?: string,
  ): Promise<DayUsage | undefined> {
    const [chatId, key] = listed;
    const [dayStart, dayEnd] = [keyAt(span.startsAt), keyAt(span.endsAt + AHEAD_MS)];
    const [from, to] = [key < dayStart ? key : dayStart, key > dayEnd ? key : dayEnd];
    const query = entity.query.byChat({ chatId }).between({ key: from }, { key: to });
    const page = { order: "desc", limit: PAGE, pages: 1, cursor: cursor ?? null } as const;
    // The texts stay where they are.
    const { data, cursor: next } = await guarded(() =>
      query.go({ ...plainErrors, ...page, attributes: ["usage", "chatUsage"] }),
    );
    const total = totalOf(data.flatMap(({ usage, chatUsage }) => chatUsage ?? usage ?? []).reverse(), day);
    return total || next === null ? total : totalIn(listed, day, span, next);
  }

  return {
    async forDay(day, { prices, timeZone }, ids = false) {
      const chats: ChatUsage[] = [];
      const startsAt = startOfDay(day, timeZone);
      const span = { startsAt, endsAt: startOfDay(daysAfter(day, 1), timeZone) };
      await inLanes(LANES, await chatsOn(entity, [day]), async (listed) => {
        const [chatId] = listed;
        const total = await totalIn(listed, day, span);
        if (total) chats.push({ chat: chatHash(chatId), ...(ids && { chatId }), ...counted(total, prices) });
      });
      chats.sort((a, b) => b.costUsd - a.costUsd || (a.chat < b.chat ? -1 : 1));
      return { day, chats, total: sumOf(chats) };
    },
  };
}

function counted({ day: _, user: __, foldVersion: ___, ...usage }: DayUsage, prices: Prices) {
  return { ...usage, costUsd: costOf(usage, prices) };
}

function sumOf(chats: readonly ChatUsage[]): DayReport["total"] {
  const sum = (count: (chat: ChatUsage) => number) => chats.reduce((total, chat) => total + count(chat), 0);
  const media = someMedia(chats.reduce((total, chat) => addMedia(total, chat.media), noMedia));
  const searches = chats.map((chat) => chat.searches).reduce(addSearches, undefined);
  return {
    chats: chats.length,
    answers: sum((chat) => chat.answers),
    inputTokens: sum((chat) => chat.inputTokens),
    cachedTokens: sum((chat) => chat.cachedTokens),
    outputTokens: sum((chat) => chat.outputTokens),
    replies: sum((chat) => chat.replies),
    pushes: sum((chat) => chat.pushes),
    refused: sum((chat) => (chat.refused ? 1 : 0)),
    costUsd: sum((chat) => chat.costUsd),
    ...(media && { media }),
    ...(searches && { searches }),
  };
}
