import { userHash } from "../log.ts";
import { dayOf } from "../time-zone.ts";
import { spentOn } from "../turn/spent-on.ts";
import { isInGroup, type Turn } from "../turn/turn.ts";
import { withSpent } from "../usage/spent.ts";
import { type RunningTotal, runningTotal } from "../usage/usage.ts";
import type { Memory } from "./chats.ts";

type Asking = {
  chatId: string;
  /** In a 1:1 chat the chat's own id. */
  senderId: string;
};

/** A user's total of the day at `at`, and in a group that of all its members, before their next turn is counted. */
export function dayTotal(
  { usages, chatUsages, fold }: Pick<Memory, "usages" | "chatUsages" | "fold">,
  { chatId, senderId }: Asking,
  at: number,
  timeZone: string,
): RunningTotal {
  const day = dayOf(at, timeZone);
  const total = runningTotal(usages, fold, { user: userHash(senderId), day });
  if (!isInGroup({ chatId, senderId })) return total;
  const { usage: chat, isFirstOfDay } = runningTotal(chatUsages, fold, { user: userHash(chatId), day });
  return { ...total, chat, isFirstOfDay };
}

/** The same with what was taken for a turn that is over without being sent. */
export function endTotal(
  memory: Parameters<typeof dayTotal>[0],
  turn: Turn,
  at: number,
  timeZone: string,
): RunningTotal {
  return withSpent(dayTotal(memory, turn, at, timeZone), spentOn(turn));
}
