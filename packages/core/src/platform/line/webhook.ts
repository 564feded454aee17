import * as z from "zod/mini";
import type { Arrival, Opened, Webhook } from "../platform.ts";
import { chatIdOf, type LineEvent, lineEvent } from "./event.ts";
import { isSigned } from "./signature.ts";

/** A webhook's body; each event is checked by itself, so that one odd event does not cost the others. */
const webhookBody = z.looseObject({ events: z.array(z.unknown()) });

export type LineWebhookOptions = {
  channelSecret: string;
  /** Accepted as well while the secret changes. Default: "", with which nothing is signed. */
  previousChannelSecret?: string;
};

/** LINE's webhook: `x-line-signature` over the raw bytes, and up to some hundred events. */
export function createLineWebhook(options: LineWebhookOptions): Webhook {
  const { channelSecret, previousChannelSecret = "" } = options;
  const secrets = [channelSecret, previousChannelSecret];

  return {
    platform: "line",

    open(headers, body): Opened {
      const signature = headers.get("x-line-signature");
      // The internet's scanners: no reason to look for a changed secret.
      if (signature === null) return { kind: "refused", status: 401, code: "webhook.unsigned" };
      if (!secrets.some((secret) => isSigned(body, signature, secret))) {
        return { kind: "refused", status: 401, code: "webhook.bad_signature" };
      }
      const webhook = webhookBody.safeParse(parseJson(body));
      if (!webhook.success) return { kind: "refused", status: 400, code: "webhook.malformed" };
      const events = webhook.data.events.map((candidate) => lineEvent.safeParse(candidate));
      return {
        kind: "events",
        events: events.flatMap(({ data }) => (data ? toArrival(data) : [])),
        unreadable: events.flatMap(({ error }) => error?.issues[0]?.path.join(".") ?? []),
      };
    },
  };
}

function toArrival(event: LineEvent): Arrival {
  return {
    eventId: event.webhookEventId,
    chatId: chatIdOf(event),
    type: event.type,
    isRedelivery: isRedelivery(event),
    event,
  };
}

const redelivered = z.looseObject({ deliveryContext: z.looseObject({ isRedelivery: z.literal(true) }) });

function isRedelivery(event: LineEvent): boolean {
  return redelivered.safeParse(event).success;
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}
