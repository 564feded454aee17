import * as z from "zod/mini";
import type { ContentPart, MediaPart } from "../content.ts";
import { lenient, slackId } from "./event.ts";

const count = z.int().check(z.nonnegative());

const file = z.looseObject({
  id: slackId,
  name: lenient(z.string().check(z.maxLength(1_000))),
  mimetype: lenient(z.string()),
  size: lenient(count),
  /** Milliseconds, of sound and videos. */
  duration_ms: lenient(count),
});

/** What was sent beside the text; of a deleted file nothing is left. */
export function mediaParts(files: readonly unknown[] = []): ContentPart[] {
  return files.slice(0, 20).flatMap((one) => {
    const { data } = file.safeParse(one);
    return data ? partOf(data) : [];
  });
}

function partOf({ id, name, mimetype = "", size, duration_ms: ms }: z.infer<typeof file>): MediaPart {
  const kind = kindOf(mimetype);
  return {
    ...{ kind, ref: id },
    ...(kind === "file" && name !== undefined && { name: name.toWellFormed() }),
    ...(size !== undefined && { bytes: size }),
    ...(ms !== undefined && { ms }),
  };
}

function kindOf(mimetype: string): MediaPart["kind"] {
  const [kind] = mimetype.split("/");
  return kind === "image" || kind === "audio" || kind === "video" ? kind : "file";
}
