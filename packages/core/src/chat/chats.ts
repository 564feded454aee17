import { Entity } from "electrodb";
import { asIs, guarded, isRefused, SERVICE, type Table, tableError } from "../table.ts";

export type Chat = {
  chatId: string;
  /** Key of the oldest turn that is sent verbatim; older ones are left out. Empty: none is. */
  windowStart: string;
  /** Counts the changes; 0 for a chat that has never been written. */
  version: number;
};

export type Chats = {
  /** The chat's memory; a chat never seen is an empty one. */
  get(chatId: string): Promise<Chat>;
  /** Moves the window's start, unless the chat has changed meanwhile; says whether it did. */
  moveWindow(chat: Chat, windowStart: string, expiresAt: number): Promise<boolean>;
};

function chatEntity({ client, table }: Table) {
  return new Entity(
    {
      model: { service: SERVICE, entity: "chat", version: "1" },
      attributes: {
        chatId: { type: "string", required: true },
        windowStart: { type: "string", required: true },
        version: { type: "number", required: true },
        /** Epoch seconds. */
        expiresAt: { type: "number", required: true },
      },
      indexes: {
        byId: {
          pk: { field: "pk", composite: ["chatId"], template: "${chatId}", ...asIs },
          sk: { field: "sk", composite: [], template: "chat", ...asIs },
        },
      },
    },
    { client, table },
  );
}

export function createChats(table: Table): Chats {
  const entity = chatEntity(table);
  return {
    async get(chatId) {
      const { data } = await guarded(() => entity.get({ chatId }).go({ consistent: true }));
      return { chatId, windowStart: data?.windowStart ?? "", version: data?.version ?? 0 };
    },

    async moveWindow({ chatId, version }, windowStart, expiresAt) {
      try {
        await entity
          .update({ chatId })
          .set({ windowStart, version: version + 1, expiresAt })
          .where((chat, { eq, notExists }) =>
            version === 0 ? notExists(chat.version) : eq(chat.version, version),
          )
          .go();
        return true;
      } catch (error) {
        if (isRefused(error)) return false;
        throw tableError(error);
      }
    },
  };
}
