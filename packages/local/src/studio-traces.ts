import type { TurnItem } from "@henji/core/turn/entity";
import { turnKeyOf } from "@henji/core/turn/place";
import type { TurnStore } from "@henji/core/turn/store";
import { Hono } from "hono";
import { inboundOf } from "./inbound.ts";
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

  async function readTurn(event: object): Promise<Text | undefined> {
    const inbound = inboundOf(event);
    const turn = inbound && (await turns.read(turnKeyOf(inbound.chat.id, inbound)));
    return turn ? toText(readable(turn)) : undefined;
  }

  return api;
}

/** The turn with its parts that are stored as JSON. */
function readable(turn: TurnItem): object {
  const parsed = (["question", "messages", "job"] as const).flatMap((name) => {
    const json = turn[name];
    return json === undefined ? [] : [[name, JSON.parse(json)]];
  });
  return { ...turn, ...Object.fromEntries(parsed) };
}
