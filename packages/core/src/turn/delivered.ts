import { inLanes } from "../lanes.ts";
import { maxEventAgeMs } from "../settings.ts";
import { guarded, plainErrors, type Table } from "../table.ts";
import { dayOf } from "../time-zone.ts";
import { turnEntity } from "./entity.ts";
import { AFTER_ALL, atOf, keyAt } from "./place.ts";
import { chatsOn } from "./register.ts";

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
    const query = entity.query
      .byChat({ chatId })
      .between({ key: keyAt(now - maxEventAgeMs) }, { key: AFTER_ALL });
    const attributes = ["key", "status", "finishedAt"] as ("key" | "status" | "finishedAt")[];
    const { data } = await guarded(() => query.go({ ...plainErrors, pages: "all", attributes }));
    return data.flatMap(({ key, status, finishedAt: at = 0 }) =>
      status === "delivered" && at >= since ? { at, waitMs: at - atOf({ key }) } : [],
    );
  }

  /** @returns nothing if there are too many chats */
  return async (request: SentRequest): Promise<Sent[] | undefined> => {
    const { since, now, timeZone, maxChats } = request;
    const days = new Set([dayOf(since, timeZone), dayOf(now, timeZone)]);
    const chats = await chatsOn(entity, days);
    if (chats.size > maxChats) return undefined;
    const sent: Sent[] = [];
    await inLanes(LANES, chats.keys(), async (chatId) => {
      sent.push(...(await sentIn(chatId, request)));
    });
    return sent;
  };
}
