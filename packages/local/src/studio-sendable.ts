import * as z from "zod/mini";
import { MAX_MEDIA_BYTES, MAX_TEXT } from "./studio-limits.ts";

/** LINE: at most 20 mentions in a text. */
const MAX_MENTIONS = 20;
/** LINE: at most 15 keywords come with a sticker. */
const MAX_KEYWORDS = 15;
/** LINE: a button's postback holds up to 300 characters. */
const MAX_POSTBACK = 300;
/** LINE: title and address of a location have up to 100 characters. */
const MAX_PLACE = 100;

/** Index and length count UTF-16 code units, as LINE does, and as strings do here. */
const mentionee = z.strictObject({
  index: z.int().check(z.gte(0)),
  /** With the @. */
  length: z.int().check(z.gte(2)),
  /** The bot's own id, or that of a member. */
  userId: z.string(),
});

const text = z
  .strictObject({
    type: z.literal("text"),
    text: z.string().check(
      z.maxLength(MAX_TEXT),
      z.refine((said) => said.trim() !== ""),
    ),
    mentionees: z.optional(z.array(mentionee).check(z.maxLength(MAX_MENTIONS))),
    quotedMessageId: z.optional(z.string()),
  })
  .check(
    z.refine(({ text: said, mentionees = [] }) =>
      mentionees.every(({ index, length }) => said[index] === "@" && index + length <= said.length),
    ),
  );

const id = z.string().check(z.regex(/^\d{1,20}$/));

const sticker = z.strictObject({
  type: z.literal("sticker"),
  packageId: id,
  stickerId: id,
  keywords: z.array(z.string().check(z.maxLength(40))).check(z.maxLength(MAX_KEYWORDS)),
  quotedMessageId: z.optional(z.string()),
});

const base64 = z.base64().check(z.minLength(4), z.maxLength(Math.ceil(MAX_MEDIA_BYTES / 3) * 4));
const durationMs = z.optional(z.int().check(z.gte(0)));

/** What a page may show as a picture; SVG is none of LINE's formats, and could run scripts. */
export const pictureTypes = ["image/jpeg", "image/png", "image/gif", "image/webp"] as const;

const image = z.strictObject({ type: z.literal("image"), contentType: z.enum(pictureTypes), base64 });

const video = z.strictObject({
  type: z.literal("video"),
  contentType: z.string().check(z.regex(/^video\/[\w.+-]+$/)),
  base64,
  durationMs,
});

const audio = z.strictObject({
  type: z.literal("audio"),
  contentType: z.string().check(z.regex(/^audio\/[\w.+-]+$/)),
  base64,
  durationMs,
});

const file = z.strictObject({
  type: z.literal("file"),
  fileName: z.string().check(z.minLength(1), z.maxLength(255)),
  base64,
});

const place = z.optional(z.string().check(z.maxLength(MAX_PLACE)));

const location = z.strictObject({
  type: z.literal("location"),
  title: place,
  address: place,
  latitude: z.number().check(z.gte(-90), z.lte(90)),
  longitude: z.number().check(z.gte(-180), z.lte(180)),
});

/** What pressing a button does. */
const postback = z.strictObject({
  type: z.literal("postback"),
  data: z.string().check(z.maxLength(MAX_POSTBACK)),
  /** Seen in the chat as the user's words. */
  displayText: z.optional(z.string().check(z.maxLength(MAX_POSTBACK))),
});

/** Everything that a user can send to a bot, in LINE's words. */
export const sendable = z.discriminatedUnion("type", [
  text,
  sticker,
  image,
  video,
  audio,
  file,
  location,
  postback,
]);

export type Sendable = z.infer<typeof sendable>;
