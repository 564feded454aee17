import type { Bot } from "../bot/bot.ts";
import { type Content, isMedia, type MediaPart, textOf } from "../platform/content.ts";
import { noMedia } from "../usage/media.ts";
import type { DayUsage } from "../usage/usage.ts";

type Settings = Pick<Bot, "media">;

/** What of a question is to be shown to the model. */
export function visibleIn(content: Content, bot: Settings): MediaPart[] {
  return content.filter(isMedia).filter((part) => isVisible(part, bot));
}

function isVisible(part: MediaPart, { media }: Settings): boolean {
  switch (part.kind) {
    case "image":
      return media.pictures.enabled && part.url !== "";
    case "video":
      return media.videos.enabled && media.pictures.enabled && part.url !== "";
    case "file":
      return media.files.enabled && fileTypeOf(part.name) !== undefined;
    case "audio":
      return false;
  }
}

/** It has words, or something that the model can be shown, or that can be listened to. */
export function isUnderstandable(question: Content, bot: Pick<Bot, "media">): boolean {
  return textOf(question) !== "" || isSeen(question, bot) || unheardIn(question, bot) !== undefined;
}

export function isSeen(question: Content, bot: Pick<Bot, "media">): boolean {
  return visibleIn(question, bot).length > 0;
}

/** Whether its user has sent so much of a kind today that this is too much. */
export function isOverLimit(
  { visible, voice }: { visible: readonly MediaPart[]; voice: MediaPart | undefined },
  { media: used = noMedia }: Pick<DayUsage, "media">,
  { media }: Settings,
): boolean {
  const files = visible.filter(({ kind }) => kind === "file").length;
  const pictures = visible.length - files;
  return (
    (pictures > 0 && used.pictures + pictures > media.pictures.perDay) ||
    (files > 0 && used.files + files > media.files.perDay) ||
    (voice !== undefined && used.voiceSeconds + (voice.ms ?? 0) / 1000 > media.voice.secondsPerDay)
  );
}

/** What of it was said, and is not written down yet. */
export function unheardIn(content: Content, { media }: Settings): MediaPart | undefined {
  if (!media.voice.enabled) return undefined;
  return content
    .filter(isMedia)
    .find(({ kind, url, text }) => kind === "audio" && url === undefined && !text);
}

export function isTooLong({ ms = 0 }: MediaPart, { media }: Settings): boolean {
  return ms > media.voice.maxSeconds * 1000;
}

/** OpenAI: files that a model can be given, by the ends of their names. Of all but PDF it is given the text. */
const fileTypes: Readonly<Record<string, string>> = {
  pdf: "application/pdf",
  txt: "text/plain",
  md: "text/markdown",
  csv: "text/csv",
  json: "application/json",
  docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  pptx: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
};

/** Nothing, if the model cannot be given such a file. */
export function fileTypeOf(name = ""): string | undefined {
  const end = name.slice(name.lastIndexOf(".") + 1).toLowerCase();
  return name.includes(".") && Object.hasOwn(fileTypes, end) ? fileTypes[end] : undefined;
}
