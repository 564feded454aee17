import { userHash } from "../log.ts";
import { dayOf } from "../time-zone.ts";
import { listOfDay } from "../turn/listed-as.ts";
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
  { usages, chatUsages, lists, fold }: Pick<Memory, "usages" | "chatUsages" | "lists" | "fold">,
  { chatId, senderId }: Asking,
  at: number,
  timeZone: string,
): RunningTotal {
  const day = dayOf(at, timeZone);
  const usage = runningTotal(usages, fold, { user: userHash(senderId), day });
  const isUnlisted = !lists.includes(listOfDay(day));
  if (!isInGroup({ chatId, senderId })) return { usage, isUnlisted };
  return { usage, chat: runningTotal(chatUsages, fold, { user: userHash(chatId), day }), isUnlisted };
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
