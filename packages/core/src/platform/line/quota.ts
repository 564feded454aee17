import * as z from "zod/mini";
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
