import * as z from "zod/mini";
import type { SavedContents } from "./contents.ts";
import type { OtherEvent } from "./events.ts";
import type { SavedPeople } from "./people.ts";
import type { SavedQuota } from "./quota.ts";
import type { AcceptedKey } from "./retry-keys.ts";
import type { TimelineEntry } from "./timeline.ts";
import type { ReplyToken } from "./tokens.ts";

/** The whole state of the platform, as plain JSON, without faults and the request log. */
export type Snapshot = {
  version: 1;
  serial: number;
  botUserId: string;
  webhookUrl?: string;
  /** Default: true. */
  webhookActive?: boolean;
  people: SavedPeople;
  timelines: Record<string, TimelineEntry[]>;
  /** Default: none. */
  happenings?: Record<string, OtherEvent[]>;
  replyTokens: ReplyToken[];
  retryKeys: AcceptedKey[];
  quota: SavedQuota;
  contents: SavedContents;
  loading: Record<string, number>;
};

const items = z.array(z.looseObject({}));
const snapshot = z.looseObject({
  version: z.literal(1),
  serial: z.number(),
  botUserId: z.string(),
  webhookUrl: z.optional(z.string()),
  webhookActive: z.optional(z.boolean()),
  people: z.object({ users: items, groups: items }),
  timelines: z.record(z.string(), items),
  happenings: z.optional(z.record(z.string(), items)),
  replyTokens: items,
  retryKeys: items,
  quota: z.object({ month: z.string(), used: z.number() }),
  contents: items,
  loading: z.record(z.string(), z.number()),
});

/**
 * Checks the outline of a snapshot, so that another or older file is refused with a clear error. The
 * entries are trusted.
 */
export function parseSnapshot(saved: unknown): Snapshot {
  const result = z.safeParse(snapshot, saved);
  if (result.success) return result.data as unknown as Snapshot;
  throw new Error(
    `This is not a snapshot of the LINE simulator, version 1:\n${z.prettifyError(result.error)}`,
  );
}
