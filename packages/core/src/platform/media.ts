import { BotError } from "../error.ts";

/** What a user has sent beside text, as the platform keeps it for a while. */
export type Media = {
  bytes: Uint8Array<ArrayBuffer>;
  /** By its first bytes where they tell, else as the platform says; such as `image/jpeg`. */
  type: string;
};

export type MediaLimits = { maxBytes: number; withinMs: number };

/** First bytes that tell a type, from an offset on. LINE calls a voice message `audio/x-m4a`, and may call one a video. */
const signatures: readonly (readonly [type: string, offset: number, bytes: string])[] = [
  ["image/jpeg", 0, "\xff\xd8\xff"],
  ["image/png", 0, "\x89PNG\r\n\x1a\n"],
  ["image/gif", 0, "GIF8"],
  ["image/webp", 8, "WEBP"],
  ["audio/mp4", 4, "ftypM4A "],
  ["video/mp4", 4, "ftyp"],
  ["audio/wav", 8, "WAVE"],
  ["audio/mpeg", 0, "ID3"],
  ["application/pdf", 0, "%PDF-"],
];

const UNKNOWN = "application/octet-stream";

/**
 * Pictures begin with what they are, so none is one because it is called so.
 *
 * @param said what the platform calls it
 */
export function mediaTypeOf(bytes: Uint8Array, said: string | undefined): string {
  const found = signatures.find(([, offset, signature]) =>
    [...signature].every((letter, n) => bytes[offset + n] === letter.charCodeAt(0)),
  );
  if (found) return found[0];
  const [named = ""] = (said ?? "").split(";");
  const type = named.trim().toLowerCase();
  return type === "" || type.startsWith("image/") ? UNKNOWN : type;
}

/** @throws BotError `media.too_large`, as soon as that is known */
export async function bytesOf(response: Response, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const tooLarge = () => mediaFailed("too_large", `it has more than ${maxBytes} bytes`, "never");
  const { body } = response;
  if (Number(response.headers.get("content-length")) > maxBytes) {
    await body?.cancel();
    throw tooLarge();
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop ends the request.
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

export function mediaFailed(
  what: "gone" | "too_large" | "empty" | "not_ready",
  reason: string,
  retry: "later" | "never",
): BotError {
  return new BotError(`media.${what}`, `The content of a message: ${reason}`, { retry });
}
