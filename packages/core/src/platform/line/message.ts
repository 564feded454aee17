import * as z from "zod/mini";
import type { Content, ContentPart } from "../content.ts";
import { isLineId, type LineEvent } from "./event.ts";
import { mediaFields, mediaPart } from "./media-part.ts";

/** A user's message as LINE sends it, with what is wrong in it passed over. */
export type LineMessage = {
  messageId: string;
  content: Content;
  quotes: string | undefined;
  /** It mentions the bot. */
  isToBot: boolean;
};

const count = z.int().check(z.nonnegative());

const mention = z.looseObject({
  mentionees: z.array(
    z.catch(z.looseObject({ index: count, length: count, isSelf: z.optional(z.boolean()) }), {
      index: 0,
      length: 0,
      isSelf: false,
    }),
  ),
});

const messageId = z.string().check(z.refine(isLineId));

const lenient = <T extends z.core.$ZodType>(schema: T) => z.catch(z.optional(schema), undefined);

const messageEvent = z.looseObject({
  type: z.literal("message"),
  source: z.looseObject({}),
  message: z.looseObject({
    type: z.string().check(z.maxLength(100)),
    id: messageId,
    quotedMessageId: lenient(messageId),
    text: lenient(z.string()),
    mention: lenient(mention),
    keywords: lenient(z.array(z.string())),
    title: lenient(z.string()),
    address: lenient(z.string()),
    latitude: lenient(z.number()),
    longitude: lenient(z.number()),
    ...mediaFields,
  }),
});

type Message = z.infer<typeof messageEvent>["message"];

/** The message of an event, if there is one. */
export function messageIn(event: LineEvent): LineMessage | undefined {
  const { data } = messageEvent.safeParse(event);
  if (!data) return undefined;
  const { message } = data;
  const part = partOf(message);
  if (!part) return undefined;
  const isToBot = selves(message).length > 0;
  return { messageId: message.id, content: [part], quotes: message.quotedMessageId, isToBot };
}

function partOf(message: Message): ContentPart | undefined {
  switch (message.type) {
    case "text":
      return message.text ? { kind: "text", text: bounded(withoutSelf(message.text, message)) } : undefined;
    case "sticker":
      return { kind: "sticker", text: bounded(stickerText(message)) };
    case "location":
      return { kind: "location", text: bounded(locationText(message)) };
    case "image":
    case "audio":
    case "video":
    case "file":
      return mediaPart(message.type, message.id, message);
    default:
      return { kind: "unknown", type: bounded(message.type) };
  }
}

/** LINE: a text has up to 5,000 characters, anything else far fewer. */
const MOST_UNITS = 10_000;

/** So that it fits into a turn's item, and is Unicode text: a cut, or a mention, may leave half of a surrogate pair. */
function bounded(text: string): string {
  return text.slice(0, MOST_UNITS).toWellFormed();
}

function selves({ mention }: Message) {
  return mention?.mentionees.filter(({ isSelf }) => isSelf) ?? [];
}

/**
 * The text as it was meant, without the bot's name in it. LINE: index and length count UTF-16 code units. A message
 * that is a mention and nothing else stays as it stands: it calls the bot.
 */
function withoutSelf(text: string, message: Message): string {
  const spans = selves(message).toSorted((a, b) => b.index - a.index);
  const rest = spans.reduce(
    (left, { index, length }) =>
      `${left.slice(0, index).trimEnd()} ${left.slice(index + length).trimStart()}`,
    text,
  );
  const meant = spans.length > 0 ? rest.replace(/^[\s,、，:：]+/u, "").trim() : "";
  return meant === "" ? text : meant;
}

/** LINE gives no picture of it: up to 15 keywords, and the words on it if its sender wrote some. */
function stickerText({ keywords = [], text }: Message): string {
  const about = [...(text ? [`"${text}"`] : []), ...keywords.slice(0, 15)].join(", ");
  return about === "" ? "[Sticker]" : `[Sticker: ${about}]`;
}

function locationText({ title, address, latitude, longitude }: Message): string {
  const place = [title, address].filter(Boolean).join(", ");
  const point = latitude === undefined || longitude === undefined ? "" : `${latitude}, ${longitude}`;
  return `[Location: ${place && point ? `${place} (${point})` : place || point || "unknown"}]`;
}
