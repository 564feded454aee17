import { Entity, type EntityItem } from "electrodb";
import { asIs, SERVICE, type Table } from "../table.ts";

export function turnEntity({ client, table }: Table) {
  return new Entity(
    {
      model: { service: SERVICE, entity: "turn", version: "1" },
      attributes: {
        chatId: { type: "string", required: true },
        key: { type: "string", required: true },
        eventId: { type: "string", required: true },
        status: { type: ["claimed", "answered", "delivered", "parked", "dropped"] as const, required: true },
        owner: { type: "string", required: true },
        /** Epoch milliseconds. */
        leaseUntil: { type: "number", required: true },
        attempts: { type: "number", required: true },
        /** Attempts that ended with an error; the others ended with their process. */
        released: { type: "number" },
        /** Epoch milliseconds; when an attempt first ended without anybody knowing what LINE had made of it. */
        unclearSince: { type: "number" },
        /** Ids of the queue messages that have brought it back from being parked. */
        replayedBy: { type: "list", items: { type: "string" } },

        question: { type: "string", required: true },
        questionTokens: { type: "number" },
        /** The LINE messages as JSON: DynamoDB's maps keep no order, and a retry must repeat its body. */
        messages: { type: "string" },
        retryKey: { type: "string" },
        way: { type: ["reply", "push"] as const },
        /** Set if the answer was written by us and not by the model. */
        notice: { type: "boolean" },
        answerTokens: { type: "number" },
        inputTokens: { type: "number" },
        cachedTokens: { type: "number" },
        outputTokens: { type: "number" },

        /** LINE's request id of the call that delivered it. */
        requestId: { type: "string" },
        /** Code of the last error. */
        error: { type: "string" },
        /** Epoch milliseconds; when it was delivered, parked or dropped. */
        finishedAt: { type: "number" },
        /** ISO 8601; only while parked, with its constant partner for the index. */
        parkedAt: { type: "string" },
        parked: { type: ["parked"] as const },
        /** Epoch seconds. */
        expiresAt: { type: "number", required: true },
      },
      indexes: {
        byChat: {
          pk: { field: "pk", composite: ["chatId"], template: "${chatId}", ...asIs },
          sk: { field: "sk", composite: ["key"], template: "turn#${key}", ...asIs },
        },
        parked: {
          index: "gsi1",
          pk: { field: "gsi1pk", composite: ["parked"], template: "${parked}", ...asIs },
          sk: { field: "gsi1sk", composite: ["parkedAt"], template: "${parkedAt}", ...asIs },
        },
      },
    },
    { client, table },
  );
}

export type TurnItem = EntityItem<ReturnType<typeof turnEntity>>;
