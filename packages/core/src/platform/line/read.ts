import * as z from "zod/mini";
import type { Chat } from "../../bot/bot.ts";
import { BotError } from "../../error.ts";
import { textContent } from "../content.ts";
import type { Erasure, Inbound } from "../platform.ts";
import { chatIdOf, type LineEvent, lineEvent } from "./event.ts";

/** What a LINE event means to the bot. @throws BotError `job.unreadable` */
export function read(raw: unknown): Inbound {
  const event = eventIn(raw);
  const { webhookEventId: eventId, timestamp: at } = event;
  const happening = { eventId, at, chat: chatOf(event), type: detailedType(event) };
  const erase = erasureIn(event);
  if (erase) return { ...happening, kind: "erasure", erase };
  const message = isStandby(event) ? undefined : questionIn(event);
  if (!message) return { ...happening, kind: "ignored" };
  const { id: messageId, text } = message.message;
  const senderId = message.source.userId;
  return { ...happening, kind: "question", messageId, senderId, content: textContent(text) };
}

function eventIn(raw: unknown): LineEvent {
  const { data, error } = lineEvent.safeParse(raw);
  if (data) return data;
  throw new BotError("job.unreadable", "The queue message holds no LINE event", {
    retry: "never",
    cause: error,
  });
}

/** A text message in a 1:1 chat. */
const textMessageEvent = z.looseObject({
  type: z.literal("message"),
  source: z.looseObject({ type: z.literal("user"), userId: z.string() }),
  message: z.looseObject({
    type: z.literal("text"),
    id: z.string(),
    text: z.string().check(z.minLength(1)),
  }),
});

function questionIn(event: LineEvent) {
  return textMessageEvent.safeParse(event).data;
}

const unsendEvent = z.looseObject({ unsend: z.looseObject({ messageId: z.string() }) });

/** An unsent message, a user who has blocked the bot, a group that the bot has left. */
function erasureIn(event: LineEvent): Erasure["erase"] | undefined {
  if (event.type === "unfollow" || event.type === "leave") return "chat";
  const { data } = event.type === "unsend" ? unsendEvent.safeParse(event) : {};
  return data && { messageId: data.unsend.messageId };
}

function chatOf(event: LineEvent): Chat {
  const { source } = event;
  const type = source?.groupId !== undefined ? "group" : source?.roomId !== undefined ? "room" : "user";
  return { type, id: chatIdOf(event) };
}

/** Another module owns the chat: there is no reply token, and the bot stays silent. */
function isStandby(event: LineEvent): boolean {
  return event.mode === "standby";
}

const typedMessage = z.looseObject({ message: z.looseObject({ type: z.string() }) });

function detailedType(event: LineEvent): string {
  const { data } = typedMessage.safeParse(event);
  const type = data ? `${event.type}/${data.message.type}` : event.type;
  const where = event.source && event.source.type !== "user" ? ` in a ${event.source.type}` : "";
  return `${type}${where}${isStandby(event) ? " (standby)" : ""}`;
}
