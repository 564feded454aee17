import * as z from "zod/mini";
import { quotaGuard } from "../../settings.ts";
import type { Caller } from "./call.ts";

/** The month's pushes. */
export type Quota = {
  /** Not set if there is no limit. */
  limit: number | undefined;
  used: number;
};

export function isUsedUp({ limit, used }: Quota): boolean {
  return limit !== undefined && used >= limit;
}

/** So little is left that it is kept. */
export function isLow({ limit, used }: Quota): boolean {
  if (limit === undefined) return false;
  return limit - used <= Math.max(quotaGuard.reservePushes, quotaGuard.reserveShare * limit);
}

/** Free, like every question about the channel. */
export async function askQuota({ client, ask }: Caller, withinMs: number): Promise<Quota> {
  const [limit, consumption] = await Promise.all([
    ask("/v2/bot/message/quota", () => client.getMessageQuotaWithHttpInfo(), quotaBody.parse, withinMs),
    ask(
      "/v2/bot/message/quota/consumption",
      () => client.getMessageQuotaConsumptionWithHttpInfo(),
      consumptionBody.parse,
      withinMs,
    ),
  ]);
  return { limit: limit.value, used: consumption.totalUsage };
}

const quotaBody = z.looseObject({ value: z.optional(z.number()) });
const consumptionBody = z.looseObject({ totalUsage: z.number() });
