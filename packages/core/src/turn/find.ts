import { DescribeTableCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { createConversions } from "electrodb";
import { type Clock, elapsed } from "../clock.ts";
import { inLanes } from "../lanes.ts";
import { guarded, plainErrors, type Table } from "../table.ts";
import { turnEntity } from "./entity.ts";
import { AFTER_ALL, afterKey, eventIdOf, keyAt, type TurnKey } from "./place.ts";
import { chatsOn, listed } from "./register.ts";

/** A table's size as DynamoDB last counted it, which it does every six hours. */
export type TableSize = { items: number; bytes: number };

/**
 * Finds turns by their event alone. The table knows a turn by its chat and by the time of its event, and has no
 * index of events, since only people who look at one ask for it.
 */
export type TurnFinder = {
  /** Among all that wait for an operator, in one query. */
  parked(eventId: string): Promise<TurnKey | undefined>;
  /** In one chat, from one time to another (epoch milliseconds); in its whole history, without a time. */
  inChat(chatId: string, eventId: string, times?: TimeRange): Promise<TurnKey | undefined>;
  /** In the chats that had a turn on one of these days: a query for each day, and one for each chat. */
  onDays(
    days: readonly string[],
    eventId: string,
    times: TimeRange,
    onChat: (looked: number, chats: number) => void,
  ): Promise<TurnKey | undefined>;
  tableSize(): Promise<TableSize>;
  /** In the whole table, ten pages of 1 MB a second at most, so that workers have no throttled writes by it. */
  scan(eventId: string, onPage: (items: number) => void): Promise<TurnKey | undefined>;
};

export type TimeRange = { from: number; to: number };

/** Queries at once. */
const LANES = 16;
const SCAN_EVERY_MS = 100;

export function createTurnFinder(table: Table, clock: Clock): TurnFinder {
  const entity = turnEntity(table);

  async function inChat(chatId: string, eventId: string, times?: TimeRange): Promise<TurnKey | undefined> {
    const [from, to] = times ? [keyAt(times.from), keyAt(times.to)] : ["", AFTER_ALL];
    const query = entity.query.byChat({ chatId }).between({ key: from }, { key: afterKey(to) });
    const { data } = await guarded(() =>
      query.go({ ...plainErrors, pages: "all", attributes: ["chatId", "key"] }),
    );
    return data.find(isOf(eventId));
  }

  return {
    parked: async (eventId) => (await listed(entity, "parked")).find(isOf(eventId)),

    inChat,

    async onDays(days, eventId, times, onChat) {
      const chats = await chatsOn(entity, days);
      let looked = 0;
      let found: TurnKey | undefined;
      const untilFound = function* () {
        for (const chatId of chats.keys()) {
          if (found) return;
          yield chatId;
        }
      };
      await inLanes(LANES, untilFound(), async (chatId) => {
        const key = await inChat(chatId, eventId, times);
        looked += 1;
        onChat(looked, chats.size);
        found ??= key;
      });
      return found;
    },

    async tableSize() {
      const command = new DescribeTableCommand({ TableName: table.table });
      const { Table: described } = await guarded(() => table.client.send(command));
      return { items: described?.ItemCount ?? 0, bytes: described?.TableSizeBytes ?? 0 };
    },

    async scan(eventId, onPage) {
      const { toComposite } = createConversions(entity).byAccessPattern.byChat.fromKeys;
      const request = {
        TableName: table.table,
        ProjectionExpression: "pk, sk",
        FilterExpression: "eventId = :eventId",
        ExpressionAttributeValues: { ":eventId": { S: eventId } },
      };
      let items = 0;
      let next: Record<string, { S: string }> | undefined;
      do {
        const startedAt = clock.now();
        const command = new ScanCommand({ ...request, ...(next && { ExclusiveStartKey: next }) });
        const page = await guarded(() => table.client.send(command));
        items += page.ScannedCount ?? 0;
        onPage(items);
        const [item] = (page.Items ?? []) as { pk: { S: string }; sk: { S: string } }[];
        if (item) {
          const { chatId = "", key = "" } = toComposite({ pk: item.pk.S, sk: item.sk.S }) ?? {};
          return { chatId, key };
        }
        next = page.LastEvaluatedKey as typeof next;
        const restMs = startedAt + SCAN_EVERY_MS - clock.now();
        if (next && restMs > 0) await elapsed(clock, restMs);
      } while (next);
      return undefined;
    },
  };
}

function isOf(eventId: string): (key: TurnKey) => boolean {
  return (key) => eventIdOf(key) === eventId;
}
