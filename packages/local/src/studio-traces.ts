import { turnKeyOf } from "@henji/core/turn/place";
import type { TurnStore } from "@henji/core/turn/store";
import type { WebhookEvent } from "@henji/line-simulator";
import { Hono } from "hono";
import type { Feed } from "./studio-feed.ts";
import type { Text, TraceContent } from "./trace-content.ts";
import { toText } from "./trace-contents.ts";

/** The content of one trace. Changes of the view never have it. */
export function createTraceApi(feed: Pick<Feed, "content">, turns: Pick<TurnStore, "read">): Hono {
  const api = new Hono();
  api.get("/traces/:eventId", async (c) => {
    const kept = feed.content(c.req.param("eventId"));
    if (!kept) return c.body(null, 404);
    const { webhookEvent, ...content } = kept;
    const turn = webhookEvent && (await readTurn(webhookEvent));
    return c.json({ ...content, turn } satisfies TraceContent);
  });

  async function readTurn({ webhookEventId: eventId, timestamp: at, source }: WebhookEvent) {
    const turn = source && (await turns.read(turnKeyOf(chatIdOf(source), { eventId, at })));
    return turn && readable(turn);
  }

  return api;
}

function chatIdOf(source: NonNullable<WebhookEvent["source"]>): string {
  if (source.type === "group") return source.groupId;
  return source.type === "room" ? source.roomId : source.userId;
}

/** The turn with its parts that are stored as JSON. */
function readable({ question, messages, ...turn }: { question?: string; messages?: string }): Text {
  return toText({
    ...turn,
    ...(question && { question: JSON.parse(question) as unknown }),
    ...(messages && { messages: JSON.parse(messages) as unknown }),
  });
}
