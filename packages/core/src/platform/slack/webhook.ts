import * as z from "zod/mini";
import type { Clock } from "../../clock.ts";
import type { Arrival, Opened, Webhook, WebhookHeaders } from "../platform.ts";
import {
  botUserOf,
  chatIdOf,
  eventIdOf,
  type MessageEnvelope,
  messageEnvelope,
  type PressEnvelope,
  placeOf,
  pressEnvelope,
  pressIdOf,
  toldBy,
} from "./event.ts";
import { read } from "./read.ts";
import { isFresh, isSigned } from "./signature.ts";

export type SlackWebhookOptions = { signingSecret: string; clock: Pick<Clock, "now"> };

const challenge = z.looseObject({ type: z.literal("url_verification"), challenge: z.string() });
const typed = z.looseObject({ type: z.string().check(z.maxLength(100)) });

/** Slack's Events API, and the buttons of its messages, which may have the same URL: one event in each request. */
export function createSlackWebhook({ signingSecret, clock }: SlackWebhookOptions): Webhook {
  return {
    platform: "slack",

    open(headers, body): Opened {
      const signature = headers.get("x-slack-signature");
      const timestamp = headers.get("x-slack-request-timestamp");
      // The internet's scanners: no reason to look for a changed secret.
      if (signature === null || timestamp === null) return refused(401, "webhook.unsigned");
      if (!isSigned(body, timestamp, signature, signingSecret)) return refused(401, "webhook.bad_signature");
      if (!isFresh(timestamp, clock.now())) return refused(401, "webhook.stale");

      const payload = payloadOf(headers, body);
      if (!typed.safeParse(payload).success) return refused(400, "webhook.malformed");
      const asked = challenge.safeParse(payload).data;
      if (asked) return { kind: "challenge", answer: asked.challenge };
      const isRedelivery = headers.has("x-slack-retry-num");
      const arrival = arrivalOf(payload, isRedelivery);
      if (typeof arrival === "string") return { kind: "events", events: [], unreadable: [arrival] };
      const isIgnored = read(arrival.event).kind === "ignored";
      return {
        ...{ kind: "events", unreadable: [] },
        ...(isIgnored ? { events: [], ignored: [arrival] } : { events: [arrival] }),
      };
    },
  };
}

function refused(
  status: 400 | 401,
  code: Extract<Opened, { kind: "refused" }>["code"],
): Extract<Opened, { kind: "refused" }> {
  return { kind: "refused", status, code };
}

/** Or why there is none. */
function arrivalOf(payload: unknown, isRedelivery: boolean): Arrival | string {
  const message = messageEnvelope.safeParse(payload);
  // Without it nobody could tell a question from other people's talk.
  if (message.data)
    return botUserOf(message.data) ? messageArrival(message.data, isRedelivery) : "authorizations";
  const press = pressEnvelope.safeParse(payload);
  if (press.data) return pressArrival(press.data, isRedelivery);
  const { type } = payload as z.infer<typeof typed>;
  if (type === "event_callback") return message.error.issues[0]?.path.join(".") ?? type;
  return type;
}

function messageArrival(envelope: MessageEnvelope, isRedelivery: boolean): Arrival {
  const { event } = envelope;
  const { token: _, ...kept } = envelope;
  return {
    eventId: eventIdOf(envelope),
    chatId: chatIdOf(toldBy(envelope).place),
    type: event.subtype === undefined ? event.type : `${event.type}/${event.subtype}`,
    isRedelivery,
    // Slack's older proof that it is Slack is a secret of the app.
    event: kept,
  };
}

function pressArrival(press: PressEnvelope, isRedelivery: boolean): Arrival {
  const chatId = chatIdOf(placeOf(press.channel.id, press.message));
  return { eventId: pressIdOf(press), chatId, type: press.type, isRedelivery, event: press };
}

/** Interactivity sends a form with the JSON in one field. */
function payloadOf(headers: WebhookHeaders, body: Uint8Array): unknown {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(body);
    const isForm = headers.get("content-type")?.startsWith("application/x-www-form-urlencoded");
    return JSON.parse(isForm ? (new URLSearchParams(text).get("payload") ?? "") : text);
  } catch {
    return undefined;
  }
}
