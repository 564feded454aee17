import * as z from "zod/mini";
import type { MediaPart } from "../content.ts";

const lenient = <T extends z.core.$ZodType>(schema: T) => z.catch(z.optional(schema), undefined);

const count = z.int().check(z.nonnegative());
const url = z.string().check(z.maxLength(2_000), z.startsWith("https://"));

/** Fields of a message that is not written. */
export const mediaFields = {
  fileName: lenient(z.string()),
  fileSize: lenient(count),
  /** Milliseconds. */
  duration: lenient(count),
  imageSet: lenient(
    z.looseObject({
      id: z.string().check(z.minLength(1), z.maxLength(100)),
      index: lenient(z.int().check(z.positive())),
      total: lenient(z.int().check(z.positive())),
    }),
  ),
  /** `external` only in what an app of the bot's owner sends by LIFF. */
  contentProvider: lenient(
    z.looseObject({ type: z.string(), originalContentUrl: lenient(url), previewImageUrl: lenient(url) }),
  ),
};

type Fields = z.infer<z.ZodMiniObject<typeof mediaFields>>;

/** A message that is not written, as LINE tells of it. */
export function mediaPart(
  kind: MediaPart["kind"],
  ref: string,
  { fileName: name, fileSize: bytes, duration: ms, imageSet, contentProvider }: Fields,
): MediaPart {
  const { id, index, total } = imageSet ?? {};
  const isElsewhere = contentProvider?.type === "external";
  const url = kind === "video" ? contentProvider?.previewImageUrl : contentProvider?.originalContentUrl;
  return {
    ...{ kind, ref },
    ...(name !== undefined && { name: name.slice(0, MAX_NAME).toWellFormed() }),
    ...(bytes !== undefined && { bytes }),
    ...(ms !== undefined && { ms }),
    ...(id !== undefined && {
      set: { id, ...(index !== undefined && { index }), ...(total !== undefined && { total }) },
    }),
    ...(isElsewhere && { url: url ?? "" }),
  };
}

/** Of a file's name, in UTF-16 units. */
const MAX_NAME = 200;
