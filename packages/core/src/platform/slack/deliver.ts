import type { Clock } from "../../clock.ts";
import { BotError } from "../../error.ts";
import { deadlines } from "../../settings.ts";
import type { Delivered, Delivery } from "../platform.ts";
import type { Slack } from "./api.ts";
import { askedIn } from "./asked.ts";
import type { SlackMessage } from "./compose.ts";

export type DeliverOptions = { slack: Pick<Slack, "post" | "find">; clock: Pick<Clock, "now"> };

/** By then what Slack has accepted stands in its thread, and what does not stand there never will. See docs/decisions/0042. */
export const SETTLED_MS = 60_000;

/**
 * Sends a stored answer so that the user sees it once. Slack knows no repeats: if an earlier attempt may have sent it,
 * the thread is read before anything is sent. It posts once in an attempt, whatever comes of it.
 */
export function createDeliver({ slack, clock }: DeliverOptions) {
  return async ({ job, messages, idempotencyKey: key, ...delivery }: Delivery): Promise<Delivered> => {
    const { place, appId, ts } = askedIn(job);
    const { route, maybeSentAt, mustHold } = delivery;
    if (maybeSentAt !== undefined) {
      const found = await slack.find({ place, key, appId, since: ts });
      if (found !== undefined) return { route, requestId: undefined, sentIds: [found] };
      const settledInMs = maybeSentAt + SETTLED_MS - clock.now();
      if (settledInMs > 0) throw notSettled(settledInMs);
    }
    // Once more as text, if Slack does not take its blocks.
    mustHold(2 * deadlines.sendMs);
    const posted = await slack.post(place, messages[0] as SlackMessage, key);
    return { route, requestId: posted.requestId, sentIds: posted.ts === "" ? undefined : [posted.ts] };
  };
}

function notSettled(retryAfterMs: number): BotError {
  const reason = "A message may have been posted that does not stand in its thread yet";
  return new BotError("slack.not_settled", reason, { retry: "later", retryAfterMs });
}
