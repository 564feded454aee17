import { KEPT } from "./limits.ts";

export type MediaType = "image" | "video" | "audio" | "file";
export type Content = {
  messageId: string;
  type: MediaType;
  contentType: string;
  bytes: Uint8Array;
  /** Until then LINE is transcoding and answers 202; epoch milliseconds. */
  readyAt: number;
};
export type SavedContents = (Omit<Content, "bytes"> & { base64: string })[];
export type Contents = ReturnType<typeof createContents>;

/** The bytes of what users sent; beyond a total size the oldest are dropped. */
export function createContents(saved: SavedContents = []) {
  const contents = new Map<string, Content>();
  let total = 0;

  function remove(messageId: string) {
    total -= contents.get(messageId)?.bytes.length ?? 0;
    contents.delete(messageId);
  }

  function add(content: Content) {
    contents.set(content.messageId, content);
    total += content.bytes.length;
    for (const oldest of contents.keys()) {
      if (total <= KEPT.contentBytes) return;
      remove(oldest);
    }
  }

  for (const { base64, ...rest } of saved) add({ ...rest, bytes: Buffer.from(base64, "base64") });

  return {
    add,
    remove,
    find: (messageId: string) => contents.get(messageId),
    save: (): SavedContents =>
      [...contents.values()].map(({ bytes, ...rest }) => ({
        ...rest,
        base64: Buffer.from(bytes).toString("base64"),
      })),
  };
}
