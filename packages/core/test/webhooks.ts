import { readdirSync, readFileSync } from "node:fs";

/** A webhook as LINE sends it. */
export type WebhookBody = { destination: string; events: WebhookEvent[] };

export type WebhookEvent = {
  type: string;
  webhookEventId: string;
  timestamp: number;
  deliveryContext: { isRedelivery: boolean };
  replyToken?: string;
  source?: { type: string; userId?: string; groupId?: string; roomId?: string };
  message?: { type: string; id: string; text?: string; stickerResourceType?: string };
};

const folder = new URL("webhooks/", import.meta.url);

/** Webhooks of every type of event and message, by their files' names. */
export const webhooks: ReadonlyMap<string, WebhookBody> = new Map(
  readdirSync(folder).map((file) => [
    file.replace(/\.json$/, ""),
    JSON.parse(readFileSync(new URL(file, folder), "utf8")),
  ]),
);

/** The same, delivered once more. */
export function redelivered({ events, ...body }: WebhookBody): WebhookBody {
  return { ...body, events: events.map((event) => ({ ...event, deliveryContext: { isRedelivery: true } })) };
}
