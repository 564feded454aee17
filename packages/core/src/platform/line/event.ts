import * as z from "zod/mini";
import type { ChatInfo } from "../../bot/bot.ts";

const source = z.looseObject({
  type: z.string(),
  userId: z.optional(z.string()),
  groupId: z.optional(z.string()),
  roomId: z.optional(z.string()),
});

/**
 * What every LINE webhook event has; the rest passes through unread. Unknown types and
 * unknown fields are normal: LINE adds them without notice.
 */
export const lineEvent = z.looseObject({
  type: z.string(),
  webhookEventId: z.string().check(z.minLength(1), z.maxLength(100), z.regex(/^[A-Za-z0-9_-]+$/)),
  /** Epoch milliseconds; of the event itself, the same on every redelivery. */
  timestamp: z.int().check(z.nonnegative(), z.maximum(9_999_999_999_999)),
  mode: z.optional(z.string()),
  replyToken: z.optional(z.string()),
  source: z.catch(z.optional(source), undefined),
});

export type LineEvent = z.infer<typeof lineEvent>;

const textMessageEvent = z.looseObject({
  type: z.literal("message"),
  source: z.looseObject({ type: z.literal("user"), userId: z.string() }),
  message: z.looseObject({
    type: z.literal("text"),
    id: z.string(),
    text: z.string(),
    quoteToken: z.optional(z.string()),
  }),
});

/** A webhook's body; each event is checked by itself, so that one odd event does not cost the others. */
export const webhookBody = z.looseObject({
  destination: z.optional(z.string()),
  events: z.array(z.unknown()),
});

/** A question to answer: a text message in a 1:1 chat. */
export type Question = { userId: string; messageId: string; text: string };

/** The question that an event asks, if it asks one. */
export function questionOf(event: LineEvent): Question | undefined {
  const { data } = textMessageEvent.safeParse(event);
  if (!data || data.message.text === "") return undefined;
  return { userId: data.source.userId, messageId: data.message.id, text: data.message.text };
}

/** What an event asks to be erased. */
export type Erasure = { kind: "message"; messageId: string } | { kind: "chat" };

const unsendEvent = z.looseObject({ unsend: z.looseObject({ messageId: z.string() }) });

/** Set for an unsent message, a user who has blocked the bot, and a group that the bot has left. */
export function erasureOf(event: LineEvent): Erasure | undefined {
  if (event.type === "unfollow" || event.type === "leave") return { kind: "chat" };
  const { data } = event.type === "unsend" ? unsendEvent.safeParse(event) : {};
  return data && { kind: "message", messageId: data.unsend.messageId };
}

/** Whom the bot speaks with when it answers this event. */
export function chatOf(event: LineEvent): ChatInfo {
  const { source } = event;
  const type = source?.groupId !== undefined ? "group" : source?.roomId !== undefined ? "room" : "user";
  return { type, id: chatIdOf(event) };
}

/** The chat an event belongs to: the FIFO group and the unit of memory. */
export function chatIdOf({ source }: LineEvent): string {
  return source?.groupId ?? source?.roomId ?? source?.userId ?? "channel";
}

/** Events of another module's chats come in `standby` mode: there is no reply token, and the bot stays silent. */
export function isStandby(event: LineEvent): boolean {
  return event.mode === "standby";
}

const typedMessage = z.looseObject({ message: z.looseObject({ type: z.string() }) });

/** An event's type for a log line, such as `follow` or `message/sticker in a group`. */
export function detailedType(event: LineEvent): string {
  const { data } = typedMessage.safeParse(event);
  const type = data ? `${event.type}/${data.message.type}` : event.type;
  const where = event.source && event.source.type !== "user" ? ` in a ${event.source.type}` : "";
  return `${type}${where}${isStandby(event) ? " (standby)" : ""}`;
}
