import * as z from "zod/mini";
import type { Chat } from "../../bot/bot.ts";
import { type HandledEvent, handlerNames } from "../../bot/handler.ts";
import { BotError } from "../../error.ts";
import { unsentWithinMs } from "../../settings.ts";
import type { Erasure, Inbound } from "../platform.ts";
import { BUTTON_DATA } from "./button-data.ts";
import { chatIdOf, isLineId, type LineEvent, lineEvent } from "./event.ts";
import { messageIn } from "./message.ts";

/** Ends the sender's id in a group where LINE does not say who writes: some of its clients, and members who have not agreed. */
export const SOMEBODY = "#somebody";

/** What a LINE event means to the bot. @throws BotError `job.unreadable` */
export function read(raw: unknown): Inbound {
  const event = eventIn(raw);
  const { webhookEventId: eventId, timestamp: at } = event;
  const chat = chatOf(event);
  const happening = { eventId, at, chat, type: detailedType(event) };
  if (!isLineId(chat.id)) return { ...happening, kind: "ignored" };
  const erase = erasureIn(event);
  if (erase) return { ...happening, kind: "erasure", erase };
  // Another module owns the chat: there is no reply token, and the bot stays silent.
  if (isStandby(event)) return { ...happening, kind: "ignored" };
  const userId = event.source?.userId;
  const senderId = isLineId(userId) ? userId : `${chat.id}${SOMEBODY}`;
  if (chat.type === "user" && userId === undefined) return { ...happening, kind: "ignored" };
  const message = messageIn(event);
  if (message) {
    const { isToBot, ...written } = message;
    const isQuestion = chat.type === "user" || isToBot;
    return { ...happening, ...written, senderId, kind: isQuestion ? "question" : "overheard" };
  }
  const { type } = event;
  if (type === "follow" || type === "join") return { ...happening, senderId, kind: "greeting", event: type };
  const data = postbackEvent.safeParse(event).data?.postback.data;
  if (data?.startsWith(BUTTON_DATA)) {
    return { ...happening, senderId, kind: "pressed", data: data.slice(BUTTON_DATA.length) };
  }
  if (!isOccurrence(type) || (type === "postback" && data === undefined)) {
    return { ...happening, kind: "ignored" };
  }
  const isAsking = chat.type === "user" && isTappedBanner(event);
  return { ...happening, senderId, kind: "occurrence", event: type, data, isAsking };
}

function eventIn(raw: unknown): LineEvent {
  const { data, error } = lineEvent.safeParse(raw);
  if (data) return data;
  throw new BotError("job.unreadable", "The queue message holds no LINE event", {
    retry: "never",
    cause: error,
  });
}

/** LINE: up to 300 characters. */
const buttonData = z.string().check(
  z.maxLength(300),
  z.refine((data) => data.isWellFormed()),
);

const postbackEvent = z.looseObject({
  type: z.literal("postback"),
  source: z.looseObject({}),
  postback: z.looseObject({ data: buttonData }),
});

function isOccurrence(type: string): type is HandledEvent {
  return Object.hasOwn(handlerNames, type);
}

const bannerEvent = z.looseObject({
  type: z.literal("beacon"),
  beacon: z.looseObject({ type: z.literal("banner") }),
});

/** Who taps a beacon's banner has asked for something; who only comes near one has not, and is left in peace. */
function isTappedBanner(event: LineEvent): boolean {
  return bannerEvent.safeParse(event).success;
}

const unsendEvent = z.looseObject({
  unsend: z.looseObject({ messageId: z.string().check(z.refine(isLineId)) }),
});

/** An unsent message, a user who has blocked the bot, a group that the bot has left. */
function erasureIn(event: LineEvent): Erasure["erase"] | undefined {
  if (event.type === "unfollow" || event.type === "leave") return "chat";
  const { data } = event.type === "unsend" ? unsendEvent.safeParse(event) : {};
  return data && { messageId: data.unsend.messageId, since: event.timestamp - unsentWithinMs };
}

function chatOf(event: LineEvent): Chat {
  const { source } = event;
  const type = source?.groupId !== undefined ? "group" : source?.roomId !== undefined ? "room" : "user";
  return { type, id: chatIdOf(event) };
}

function isStandby(event: LineEvent): boolean {
  return event.mode === "standby";
}

const typedMessage = z.looseObject({
  message: z.looseObject({ type: z.string().check(z.maxLength(100)) }),
});

function detailedType(event: LineEvent): string {
  const { data } = typedMessage.safeParse(event);
  const type = data ? `${event.type}/${data.message.type}` : event.type;
  const where = event.source && event.source.type !== "user" ? ` in a ${event.source.type}` : "";
  return `${type}${where}${isStandby(event) ? " (standby)" : ""}`;
}
