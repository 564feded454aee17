import * as z from "zod/mini";

/** It goes into the log. */
const type = z.string().check(z.maxLength(100));

const source = z.looseObject({
  type,
  userId: z.optional(z.string()),
  groupId: z.optional(z.string()),
  roomId: z.optional(z.string()),
});

/**
 * What every LINE webhook event has; the rest passes through unread. Unknown types and
 * unknown fields are normal: LINE adds them without notice.
 */
export const lineEvent = z.looseObject({
  type,
  webhookEventId: z.string().check(z.minLength(1), z.maxLength(100), z.regex(/^[A-Za-z0-9_-]+$/)),
  /** Epoch milliseconds; of the event itself, the same on every redelivery. */
  timestamp: z.int().check(z.nonnegative(), z.maximum(9_999_999_999_999)),
  mode: z.optional(z.string()),
  replyToken: z.optional(z.string()),
  source: z.catch(z.optional(source), undefined),
});

export type LineEvent = z.infer<typeof lineEvent>;

/** Of a user, a group, a room or a message: what becomes part of a URL or of a key. */
export function isLineId(id: string | undefined): id is string {
  return id !== undefined && /^[\w-]{1,100}$/.test(id);
}

/** The chat an event belongs to: the FIFO group and the unit of memory. */
export function chatIdOf({ source }: LineEvent): string {
  return source?.groupId ?? source?.roomId ?? source?.userId ?? "channel";
}
