import type { LambdaFunctionURLEvent } from "aws-lambda";
import * as z from "zod/mini";
import type { FunctionUrlHandler } from "./function-url.ts";
import type { SeenContent } from "./watch-worker.ts";

const webhook = z.looseObject({ events: z.array(z.unknown()) });
const webhookEvent = z.looseObject({ webhookEventId: z.string() });
type WebhookEvent = z.infer<typeof webhookEvent>;

/** Tells the events of each webhook that is accepted, whoever has sent it: the stand-in of LINE, or you with curl. */
export function watchWebhook(
  handler: FunctionUrlHandler,
  tell: (seen: SeenContent) => void,
): FunctionUrlHandler {
  return async (event) => {
    const result = await handler(event);
    if (typeof result === "string" || result.statusCode !== 200) return result;
    for (const one of eventsOf(event)) {
      tell({ type: "event", eventId: one.webhookEventId, event: one });
    }
    return result;
  };
}

function eventsOf({ body = "", isBase64Encoded }: LambdaFunctionURLEvent) {
  try {
    const json = Buffer.from(body, isBase64Encoded ? "base64" : "utf8").toString();
    const { events } = z.parse(webhook, JSON.parse(json));
    // The very objects: zod would reorder their fields.
    return events.filter((event): event is WebhookEvent => z.safeParse(webhookEvent, event).success);
  } catch {
    return [];
  }
}
