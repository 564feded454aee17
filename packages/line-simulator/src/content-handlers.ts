import { Refusal } from "./answer.ts";
import type { Content } from "./contents.ts";
import type { Call, Handler } from "./handler.ts";
import type { Platform } from "./platform.ts";

/** The bytes of what users sent. */
export function createContentHandlers({ clock, contents, timelines }: Platform) {
  /** The bytes of a message, or LINE's reason why not. */
  function contentOf(c: Call): Content {
    const messageId = c.req.param("messageId")!;
    const content = contents.find(messageId);
    if (content) return content;
    if (timelines.find(messageId)?.entry.unsent) throw new Refusal(410, "The content is gone");
    throw new Refusal(404, "not found");
  }

  function content(c: Call, suits: (type: string) => boolean = () => true): Response {
    const { type, readyAt, bytes, contentType } = contentOf(c);
    if (!suits(type)) throw new Refusal(400, "The content can not be previewed");
    if (clock() < readyAt) return c.json({}, 202);
    return c.body(new Uint8Array(bytes), 200, { "content-type": contentType });
  }

  function transcoding(c: Call): Response {
    const { type, readyAt } = contentOf(c);
    if (type !== "video" && type !== "audio") {
      throw new Refusal(400, "Transcoding status doesn't support this type of content");
    }
    return c.json({ status: clock() < readyAt ? "processing" : "succeeded" });
  }

  return {
    content: (c) => content(c),
    "content-preview": (c) => content(c, (type) => type === "image" || type === "video"),
    "content-transcoding": transcoding,
  } satisfies Record<string, Handler>;
}
