import * as z from "zod/mini";
import type { Job } from "../../queue/job.ts";
import { replyTokenFreshMs, replyTokenRenewableMs } from "../../settings.ts";

/** The reply token of an event, with the time from which its minute counts. */
export type ReplyToken = {
  token: string;
  /** Epoch milliseconds. */
  receivedAt: number;
};

const repliable = z.looseObject({ replyToken: z.string(), timestamp: z.number() });

/** The token counts from its receipt; that of an event which first arrived very late counts no more. */
export function replyTokenOf({ event, receivedAt }: Job): ReplyToken | undefined {
  const { data } = repliable.safeParse(event);
  if (!data) return undefined;
  const isRenewed = receivedAt - data.timestamp < replyTokenRenewableMs;
  return { token: data.replyToken, receivedAt: isRenewed ? receivedAt : data.timestamp };
}

/** Epoch milliseconds. */
export function freshUntil({ receivedAt }: ReplyToken): number {
  return receivedAt + replyTokenFreshMs;
}

export function isFresh(replyToken: ReplyToken | undefined, now: number): replyToken is ReplyToken {
  return replyToken !== undefined && now < freshUntil(replyToken);
}
