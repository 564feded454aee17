import type { BotEntry, OtherEvent, TimelineEntry } from "@henji/line-simulator";
import * as z from "zod/mini";
import type { Sendable } from "./studio-sendable.ts";
import type { Content, QuickReply } from "./studio-view.ts";

const text = z.optional(z.string());
const millis = z.optional(z.number());
const byLine = z.object({ contentProvider: z.object({ type: z.literal("line") }) });

/** The message of a user or of the bot, as far as the page can show it. */
const shown = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("text"),
    text: z.string(),
    mention: z.optional(
      z.object({ mentionees: z.array(z.object({ index: z.number(), length: z.number() })) }),
    ),
  }),
  z.object({
    type: z.literal("sticker"),
    packageId: z.string(),
    stickerId: z.string(),
    keywords: z.optional(z.array(z.string())),
  }),
  z.object({ type: z.literal("image") }),
  z.object({ type: z.literal("video"), duration: millis }),
  z.object({ type: z.literal("audio"), duration: millis }),
  z.object({ type: z.literal("file"), fileName: z.string(), fileSize: z.number() }),
  z.object({
    ...{ type: z.literal("location"), title: text, address: text },
    ...{ latitude: z.number(), longitude: z.number() },
  }),
]);

export function contentOf(message: TimelineEntry["message"]): Content {
  const { data } = z.safeParse(shown, message);
  if (!data) return otherOf(message);
  switch (data.type) {
    case "text": {
      const mentions = data.mention?.mentionees.map(({ index, length }) => ({ index, length }));
      return { type: "text", text: data.text, ...(mentions && { mentions }) };
    }
    case "sticker":
      return { ...data, keywords: data.keywords ?? [] };
    case "image":
      return { type: "image", isHere: isHere(message) };
    case "video":
    case "audio":
      return { type: data.type, isHere: isHere(message), durationMs: data.duration };
    case "file":
      return data;
    case "location": {
      const { type, title, address, latitude, longitude } = data;
      return { type, title, address, latitude, longitude };
    }
  }
}

/** Flex, a template or an imagemap. */
function otherOf(message: TimelineEntry["message"]): Content {
  const { data } = z.safeParse(z.object({ altText: z.string() }), message);
  return { type: "other", of: message.type, ...(data && { text: data.altText }) };
}

/** What a bot sends is on a server of its own. */
function isHere(message: object): boolean {
  return z.safeParse(byLine, message).success;
}

const happening = z.looseObject({
  type: z.enum(["follow", "unfollow", "join", "leave", "memberJoined", "memberLeft", "postback"]),
  source: z.object({ userId: text }),
  joined: z.optional(z.object({ members: z.array(z.object({ userId: text })) })),
  left: z.optional(z.object({ members: z.array(z.object({ userId: text })) })),
  postback: z.optional(z.object({ data: z.string() })),
  displayText: text,
});

/** An event that is no message, as a line in the chat; undefined if there is nothing to see there. */
export function happeningOf(event: OtherEvent): Extract<Content, { type: "happening" }> | undefined {
  const { data } = z.safeParse(happening, event);
  if (!data) return undefined;
  const { type: what, source, joined, left, postback, displayText: says } = data;
  const members = (joined ?? left)?.members ?? [source];
  const who = members.flatMap(({ userId }) => userId ?? []);
  return { type: "happening", what, who, data: postback?.data, says };
}

const quickReplies = z.object({ items: z.array(z.unknown()) });
const quickReply = z.object({
  action: z.discriminatedUnion("type", [
    z.object({ type: z.literal("message"), label: z.string(), text: z.string() }),
    z.object({ type: z.literal("postback"), label: z.string(), data: z.string(), displayText: text }),
  ]),
});

/** Buttons that send something; LINE has others, which open something on the phone. */
export function quickRepliesOf({ message }: BotEntry): QuickReply[] {
  const { data } = z.safeParse(quickReplies, message.quickReply);
  return (data?.items ?? []).flatMap((item) => {
    const action = z.safeParse(quickReply, item).data?.action;
    if (!action) return [];
    const { label } = action;
    const sends: Sendable =
      action.type === "message"
        ? { type: "text", text: action.text }
        : {
            ...{ type: "postback", data: action.data },
            ...(action.displayText !== undefined && { displayText: action.displayText }),
          };
    return { label, sends };
  });
}
