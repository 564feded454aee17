import type { Table } from "@henji/core/table";
import { createDelivered } from "@henji/core/turn/delivered";
import { iso } from "../format.ts";
import type { RateSource, Rates, Wait } from "./rates.ts";

const MINUTES = 5;
/** One query each: more would keep the table busy with watching. */
const MAX_CHATS = 500;

/** Rates where there is no CloudWatch: what was sent is read from the table. */
export function createTableRates(table: Table, timeZone: string): RateSource {
  const delivered = createDelivered(table);
  const noAges = "the age of the oldest message: only CloudWatch knows it";
  return {
    async read(now): Promise<Rates> {
      const since = now - MINUTES * 60_000;
      const sent = await delivered({ since, now, timeZone, maxChats: MAX_CHATS });
      const ages = { oldestEventS: null, oldestLetterS: null };
      if (!sent) {
        const tooMany = `answers and waits: more than ${MAX_CHATS} chats today, and no CloudWatch`;
        return { ...ages, sent: null, wait: null, notKnown: [noAges, tooMany] };
      }
      const span = { minutes: MINUTES, to: iso(now) };
      return {
        ...ages,
        sent: { ...span, count: sent.length, aMinute: sent.length / MINUTES },
        wait: { ...span, ms: percentiles(sent.map(({ waitMs }) => waitMs)) },
        notKnown: [noAges],
      };
    },
    close() {},
  };
}

/** By the nearest rank. */
function percentiles(waits: readonly number[]): Wait | null {
  if (waits.length === 0) return null;
  const sorted = waits.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1]!;
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99) };
}
