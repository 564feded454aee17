import { MAX_MEDIA_BYTES } from "../../src/studio-limits.ts";
import type { Sendable } from "../../src/studio-sendable.ts";

/** A larger picture is sent smaller, as LINE's app does. */
const MAX_PICTURE_BYTES = 1024 * 1024;
const MAX_PICTURE_SIDE_PX = 2048;

type Picture = Extract<Sendable, { type: "image" }>;

export class TooLarge extends Error {}

/** What choosing a picture or a video sends. */
export async function pictureOrVideoOf(file: File): Promise<Sendable> {
  if (!file.type.startsWith("video/")) return pictureOf(file);
  return { type: "video", contentType: file.type, base64: await base64Of(file) };
}

/** @throws if the browser cannot read it as a picture */
export async function pictureOf(blob: Blob): Promise<Picture> {
  const contentType = pictureType(blob.type);
  // A moving picture would stand still afterwards.
  const isKept = contentType === "image/gif" || (contentType && blob.size <= MAX_PICTURE_BYTES);
  if (isKept) return { type: "image", contentType, base64: await base64Of(blob) };
  return { type: "image", contentType: "image/jpeg", base64: await base64Of(await smaller(blob)) };
}

function pictureType(type: string): Picture["contentType"] | undefined {
  switch (type) {
    case "image/jpeg":
    case "image/png":
    case "image/gif":
    case "image/webp":
      return type;
    default:
      return undefined;
  }
}

async function smaller(blob: Blob): Promise<Blob> {
  const bitmap = await createImageBitmap(blob);
  const scale = Math.min(1, MAX_PICTURE_SIDE_PX / Math.max(bitmap.width, bitmap.height));
  const canvas = new OffscreenCanvas(Math.round(bitmap.width * scale), Math.round(bitmap.height * scale));
  canvas.getContext("2d")!.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas.convertToBlob({ type: "image/jpeg", quality: 0.85 });
}

export async function voiceOf(file: Blob): Promise<Sendable> {
  const durationMs = await durationOf(file);
  return {
    ...{ type: "audio", contentType: file.type, base64: await base64Of(file) },
    ...(durationMs !== undefined && { durationMs }),
  };
}

export async function fileOf(file: File): Promise<Sendable> {
  return { type: "file", fileName: file.name, base64: await base64Of(file) };
}

/** Undefined if the browser cannot decode it. */
async function durationOf(blob: Blob): Promise<number | undefined> {
  try {
    const decoder = new OfflineAudioContext(1, 1, 44_100);
    const { duration } = await decoder.decodeAudioData(await blob.arrayBuffer());
    return Math.round(duration * 1_000);
  } catch {
    return undefined;
  }
}

/** @throws TooLarge */
async function base64Of(blob: Blob): Promise<string> {
  if (blob.size > MAX_MEDIA_BYTES) throw new TooLarge();
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const reader = new FileReader();
  reader.onload = () => resolve(reader.result as string);
  reader.onerror = () => reject(reader.error);
  reader.readAsDataURL(blob);
  const url = await promise;
  return url.slice(url.indexOf(",") + 1);
}
