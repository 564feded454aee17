import { idempotencyKeyOf } from "@henji/core/platform/idempotency-key";
import type { TimelineEntry } from "@henji/line-simulator";

/** The retry key of a push identifies the event that it answers or apologizes for. */
export function eventsByRetryKey(entries: readonly TimelineEntry[]): Map<string, string> {
  return new Map(
    entries.flatMap((entry) => {
      if (entry.by !== "user") return [];
      const { webhookEventId } = entry;
      return [webhookEventId, `${webhookEventId}/apology`].map((name): [string, string] => [
        idempotencyKeyOf(name),
        webhookEventId,
      ]);
    }),
  );
}
