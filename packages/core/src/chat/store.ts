import { guarded, plainErrors, type Table, unlessRefused } from "../table.ts";
import { type TurnItem, turnEntity } from "../turn/entity.ts";
import { type ChatItem, chatEntity, type TalkItem, talkEntity } from "./entity.ts";

/** A stretch of a chat's items by key; open at an end that is not set. */
export type Range = {
  from?: string;
  to?: string;
  /** `desc` begins with the chat's own item, which sorts after all of its turns. */
  order: "asc" | "desc";
  /** Items, the chat's own one included. */
  limit: number;
};

export type Items = {
  /** In the order asked for. */
  turns: TurnItem[];
  chat: ChatItem | undefined;
  /** The range holds no more than these. */
  isLast: boolean;
};

/**
 * Where chats are kept. Each call is one request, and the write happens wholly or not at all, whether or
 * not its caller hears of it.
 */
export type ChatStore = {
  /** At most 1 MB. */
  query(chatId: string, range: Range): Promise<Items>;
  read(chatId: string): Promise<ChatItem | undefined>;
  /**
   * @param version of the item that is there now; 0: there is none
   * @returns whether it was written
   */
  write(item: ChatItem, version: number): Promise<boolean>;
  readTalk(chatId: string): Promise<TalkItem | undefined>;
  /** As `write`. */
  writeTalk(item: TalkItem, version: number): Promise<boolean>;
};

/** Chats in DynamoDB. */
export function createChatStore(table: Table): ChatStore {
  const entity = chatEntity(table);
  const talk = () => talkEntity(table);
  const turns = turnEntity(table);
  return {
    async query(chatId, { from = "", to, order, limit }) {
      const query = turns.query.byChat({ chatId });
      const range = to === undefined ? query.gte({ key: from }) : query.between({ key: from }, { key: to });
      const options = { ...plainErrors, order, limit, pages: 1, consistent: true, data: "raw" } as const;
      const { data } = await guarded(() => range.go(options));
      // ElectroDB's types do not say so, but raw data of a query is DynamoDB's whole response;
      // with its LastEvaluatedKey, which a chat longer than `limit` has, `parse` would fail.
      const { Items, LastEvaluatedKey } = data as unknown as {
        Items: Record<string, unknown>[];
        LastEvaluatedKey?: unknown;
      };
      return {
        turns: turns.parse({ Items }).data,
        chat: entity.parse({ Items }).data[0],
        isLast: LastEvaluatedKey === undefined,
      };
    },

    async read(chatId) {
      const { data } = await guarded(() => entity.get({ chatId }).go({ ...plainErrors, consistent: true }));
      return data ?? undefined;
    },

    write: ({ chatId, ...item }, version) =>
      unlessRefused(() =>
        entity
          .update({ chatId })
          .set(item)
          .where((chat, { eq, notExists }) =>
            version === 0 ? notExists(chat.version) : eq(chat.version, version),
          )
          .go(plainErrors),
      ),

    async readTalk(chatId) {
      const { data } = await guarded(() =>
        talk()
          .get({ chatId })
          .go({ ...plainErrors, consistent: true }),
      );
      return data ?? undefined;
    },

    writeTalk: (item, version) =>
      unlessRefused(() =>
        talk()
          .put(item)
          .where((one, { eq, notExists }) =>
            version === 0 ? notExists(one.version) : eq(one.version, version),
          )
          .go(plainErrors),
      ),
  };
}
