import { userHash } from "../log.ts";
import { dayOf } from "../time-zone.ts";
import { type RunningTotal, runningTotal } from "../usage/usage.ts";
import type { Memory } from "./chats.ts";

/** A user's total of the day at `at`, before their next turn is counted. */
export function dayTotal(
  { usages, fold }: Pick<Memory, "usages" | "fold">,
  { senderId }: { senderId: string },
  at: number,
  timeZone: string,
): RunningTotal {
  return runningTotal(usages, fold, { user: userHash(senderId), day: dayOf(at, timeZone) });
}
