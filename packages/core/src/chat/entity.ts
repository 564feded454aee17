import { Entity, type EntityItem } from "electrodb";
import { asIs, entityOf, SERVICE, type Table } from "../table.ts";

/** The chat's own item: what stands for the turns before the window. */
function makeChatEntity({ client, table }: Table) {
  return new Entity(
    {
      model: { service: SERVICE, entity: "chat", version: "1" },
      attributes: {
        chatId: { type: "string", required: true },
        windowStart: { type: "string" },
        summary: { type: "string" },
        erasedBefore: { type: "string" },
        erasedTo: { type: "string" },
        unsent: { type: "list", items: { type: "string" } },
        /** Version that the last fold made, and its tokens. */
        foldVersion: { type: "number" },
        inputTokens: { type: "number" },
        cachedTokens: { type: "number" },
        outputTokens: { type: "number" },
        version: { type: "number", required: true },
        /** Epoch seconds. */
        expiresAt: { type: "number", required: true },
      },
      indexes: {
        byId: {
          pk: { field: "pk", composite: ["chatId"], template: "${chatId}", ...asIs },
          // Sorts after all turns of the chat, so that one query reads it together with the newest.
          sk: { field: "sk", composite: [], template: "turn~chat", ...asIs },
        },
      },
    },
    { client, table },
  );
}

export const chatEntity = entityOf(makeChatEntity);

/** What members of a group said to each other of late; only if the bot is told of it. */
function makeTalkEntity({ client, table }: Table) {
  return new Entity(
    {
      model: { service: SERVICE, entity: "talk", version: "1" },
      attributes: {
        chatId: { type: "string", required: true },
        /** Oldest first. */
        messages: {
          type: "list",
          required: true,
          items: {
            type: "map",
            properties: {
              key: { type: "string", required: true },
              sequence: { type: "string", required: true },
              messageId: { type: "string", required: true },
              senderId: { type: "string", required: true },
              text: { type: "string", required: true },
            },
          },
        },
        version: { type: "number", required: true },
        /** Epoch seconds. */
        expiresAt: { type: "number", required: true },
      },
      indexes: {
        byId: {
          pk: { field: "pk", composite: ["chatId"], template: "${chatId}", ...asIs },
          // Sorts before all turns of the chat: no query of those reads it.
          sk: { field: "sk", composite: [], template: "talk", ...asIs },
        },
      },
    },
    { client, table },
  );
}

export const talkEntity = entityOf(makeTalkEntity);

export type TalkItem = EntityItem<ReturnType<typeof talkEntity>>;

export type ChatItem = EntityItem<ReturnType<typeof chatEntity>>;
