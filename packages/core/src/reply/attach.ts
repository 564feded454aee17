import type { Bot } from "../bot/bot.ts";
import type { Attachment } from "../context/attachment.ts";
import { fileTypeOf, visibleIn } from "../decide/media.ts";
import { BotError, toBotError } from "../error.ts";
import { inLanes } from "../lanes.ts";
import type { Log } from "../log.ts";
import { type Content, type MediaPart, textOf } from "../platform/content.ts";
import type { Media } from "../platform/media.ts";
import type { Platform } from "../platform/platform.ts";
import { deadlines, maxMediaLength, maxPictures } from "../settings.ts";

/** Why nothing of a question can be shown to the model; each is said in a sentence of its own. */
export type Unseen = "media_gone" | "media_too_large" | "not_understood";

export type Attached =
  | {
      kind: "attached";
      attachments: readonly Attachment[];
      /** The parts of the question that are among them. */
      parts: readonly MediaPart[];
    }
  /** It has nothing else to answer. */
  | { kind: "unseen"; because: Unseen };

export type AttachRequest = {
  question: Content;
  /** What is shown once more: the answer does without it, if it cannot be had. */
  again: readonly MediaPart[];
  platform: Pick<Platform, "fetchMedia">;
  /** Calls have begun for it: then it is answered, with what can still be seen. */
  hasBegun: boolean;
  log: Log;
};

/** Fetched side by side for one question. */
const LANES = 2;

/**
 * Fetches what a question has beside text, for one request of the model: the bytes are kept nowhere. They are fetched
 * anew with each attempt, as long as the platform has them.
 *
 * @throws BotError if the platform does not give them now, and may later
 */
export async function attach(
  { question, again, platform, hasBegun, log }: AttachRequest,
  bot: Pick<Bot, "media">,
): Promise<Attached> {
  const own = visibleIn(question, bot).slice(-maxPictures);
  const results = new Map<MediaPart, Attachment | Unseen>();
  let length = 0;
  await inLanes(LANES, [...own, ...again.slice(-maxPictures)], async (part) => {
    const isOwn = own.includes(part);
    const hasRoom = length < maxMediaLength;
    const result = hasRoom ? await look(part, isOwn, platform, bot, log) : "media_too_large";
    length += typeof result === "string" ? 0 : sizeOf([result]);
    results.set(part, length > maxMediaLength ? "media_too_large" : result);
  });
  const attachments = [...again, ...own].flatMap((part) => {
    const result = results.get(part);
    return result === undefined || typeof result === "string" ? [] : result;
  });
  const shown = own.filter((part) => typeof results.get(part) !== "string");
  const because = own.map((part) => results.get(part)).find((result) => typeof result === "string");
  if (shown.length === 0 && because && textOf(question) === "" && !hasBegun)
    return { kind: "unseen", because };
  return { kind: "attached", attachments, parts: shown };
}

/** Letters of what the model is given. */
export function sizeOf(attachments: readonly Attachment[]): number {
  const sizes = attachments.map((one) => (one.kind === "picture" ? one.url.length : one.data.length));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function look(
  part: MediaPart,
  isOwn: boolean,
  platform: Pick<Platform, "fetchMedia">,
  bot: Pick<Bot, "media">,
  log: Log,
): Promise<Attachment | Unseen> {
  try {
    return await attachmentOf(part, platform, bot);
  } catch (error) {
    const { code } = toBotError(error);
    const because = reasons[code];
    if (!because && isOwn) throw error;
    log.with({}, error).warn("media.not_seen", { code, kind: part.kind });
    return because ?? "media_gone";
  }
}

const reasons: Readonly<Record<string, Unseen>> = {
  "media.gone": "media_gone",
  "media.empty": "media_gone",
  "media.too_large": "media_too_large",
  "media.unreadable": "not_understood",
};

/** OpenAI: what a model can look at; a GIF must not move, which is not looked into. */
const pictureTypes = new Set(["image/jpeg", "image/png", "image/webp", "image/gif"]);

async function attachmentOf(
  part: MediaPart,
  { fetchMedia }: Pick<Platform, "fetchMedia">,
  { media }: Pick<Bot, "media">,
): Promise<Attachment> {
  const isFile = part.kind === "file";
  const { detail } = media.pictures;
  // Not fetched by the bot: whoever may name an address could name one inside its network.
  if (part.url) return { kind: "picture", url: part.url, detail };
  const maxBytes = (isFile ? media.files : media.pictures).maxMb * 1024 * 1024;
  if ((part.bytes ?? 0) > maxBytes) throw unseen("media.too_large", "the platform says that it is too large");
  const limits = { maxBytes, withinMs: deadlines.mediaMs };
  const got = await fetchMedia(part.ref, part.kind === "video" ? "preview" : "whole", limits);
  if (!isFile) {
    if (!pictureTypes.has(got.type)) throw unseen("media.unreadable", `no picture but ${got.type}`);
    return { kind: "picture", url: dataUrl(got, got.type), detail };
  }
  const type = fileTypeOf(part.name)!;
  if (type === "application/pdf" && got.type !== type) throw unseen("media.unreadable", "no PDF");
  return { kind: "file", name: part.name!, data: dataUrl(got, type) };
}

function dataUrl({ bytes }: Media, type: string): string {
  return `data:${type};base64,${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64")}`;
}

function unseen(code: string, reason: string): BotError {
  return new BotError(code, `What was sent cannot be shown to the model: ${reason}`, { retry: "never" });
}
