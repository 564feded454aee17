import { maxEventAgeMs } from "../settings.ts";
import { guarded, type Table } from "../table.ts";
import { dayOf } from "../time-zone.ts";
import { turnEntity } from "./entity.ts";
import { AFTER_ALL, timeOf } from "./place.ts";
import { listed } from "./register.ts";

/** When an answer or a notice was sent, and how long after its message: both in milliseconds. */
export type Sent = { at: number; waitMs: number };

export type SentRequest = {
  /** Epoch milliseconds. */
  since: number;
  now: number;
  /** By whose clocks a day begins: users are found by the days on which they were answered. */
  timeZone: string;
  /** With more chats than these, nothing is read. */
  maxChats: number;
};

/** Queries at once. */
const LANES = 16;

/**
 * What was sent lately, where no metric tells it: a query for the day's chats, and one for each of them, over the
 * messages of the last day. A message that was brought back after more than a day is not among them.
 */
export function createDelivered(table: Table) {
  const entity = turnEntity(table);

  async function sentIn(chatId: string, { since, now }: SentRequest): Promise<Sent[]> {
    const from = String(Math.max(0, now - maxEventAgeMs)).padStart(13, "0");
    const query = entity.query.byChat({ chatId }).between({ key: from }, { key: AFTER_ALL });
    const attributes = ["key", "status", "finishedAt"] as ("key" | "status" | "finishedAt")[];
    const { data } = await guarded(() => query.go({ pages: "all", attributes }));
    return data.flatMap(({ key, status, finishedAt: at = 0 }) =>
      status === "delivered" && at >= since ? { at, waitMs: at - Number(timeOf(key)) } : [],
    );
  }

  /** @returns nothing if there are too many chats */
  return async (request: SentRequest): Promise<Sent[] | undefined> => {
    const { since, now, timeZone, maxChats } = request;
    const days = new Set([dayOf(since, timeZone), dayOf(now, timeZone)]);
    const lists = await Promise.all([...days].map((day) => listed(entity, `day#${day}`)));
    const chats = new Set(lists.flat().map(({ chatId }) => chatId));
    if (chats.size > maxChats) return undefined;
    const sent: Sent[] = [];
    const waiting = chats.values();
    const lane = async () => {
      for (const chatId of waiting) sent.push(...(await sentIn(chatId, request)));
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    return sent;
  };
}
