import type { ChatStore } from "@henji/core/chat/store";
import type { TurnItem } from "@henji/core/turn/entity";
import { afterKey, atOf } from "@henji/core/turn/place";

/** Read at once; DynamoDB ends a page at 1 MB. */
const PAGE = 500;

/** All turns that are stored of a chat, expired and erased ones included, oldest first, a page at a time. */
export async function* pagesOf(store: ChatStore, chatId: string): AsyncGenerator<TurnItem[]> {
  let from: string | undefined = "";
  while (from !== undefined) {
    const { turns, isLast } = await store.query(chatId, { from, order: "asc", limit: PAGE });
    yield turns;
    const last: TurnItem | undefined = turns.at(-1);
    from = isLast || !last ? undefined : afterKey(last.key);
  }
}

/** What a chat's turns are, and from when. */
export type Counts = {
  turns: number;
  byStatus: Record<string, number>;
  /** Of them: nothing of their text is left. */
  erased: number;
  /** Epoch milliseconds. */
  first: number | undefined;
  last: number | undefined;
};

export async function countTurns(
  pages: AsyncIterable<TurnItem[]>,
  onPage: (turns: number) => void,
): Promise<Counts> {
  const counts: Counts = { turns: 0, byStatus: {}, erased: 0, first: undefined, last: undefined };
  for await (const page of pages) {
    for (const { status, erased, key } of page) {
      counts.turns += 1;
      counts.byStatus[status] = (counts.byStatus[status] ?? 0) + 1;
      if (erased) counts.erased += 1;
      const at = atOf({ key });
      counts.first ??= at;
      counts.last = at;
    }
    onPage(counts.turns);
  }
  return counts;
}
