import type { Bot } from "../bot/bot.ts";
import type { FinishedTurn } from "../turn/past.ts";
import { type DayUsage, limitedTokens, type RunningTotal, sends } from "../usage/usage.ts";
import type { Decision } from "./decision.ts";

/** Who has reached a limit is told once a day. */
export function refusalFor(
  { usage, chat }: RunningTotal,
  { isFree, isBotUsedUp }: { isFree: boolean; isBotUsedUp: boolean },
  { limits, model }: Pick<Bot, "limits"> & { model: Pick<Bot["model"], "prices"> },
): Decision | undefined {
  const { groupDailyMessages: dailyMessages, groupDailyTokens: dailyTokens } = limits;
  const isReached = (used: DayUsage, most: DayLimits) =>
    isFree ? isOverSendLimit(used, most) : isUsedUp(used, most, model.prices);
  if (isReached(usage, limits)) return refusal("daily_limit", usage);
  if (chat && isReached(chat, { dailyMessages, dailyTokens })) return refusal("group_limit", chat);
  return !isFree && isBotUsedUp ? refusal("total_limit", usage) : undefined;
}

function refusal(limit: "daily_limit" | "group_limit" | "total_limit", { refused }: DayUsage): Decision {
  return refused ? { kind: "drop", because: limit } : { kind: "say", notice: limit };
}

/**
 * How many earlier messages of the chat were still in line when this one was sent, and whether the
 * user has been told that not all of them will get an answer. It needs no counter and no read of its
 * own: a turn that was finished after this message was sent was in line before it.
 */
export function backlogAt(sentAt: number, finished: readonly FinishedTurn[]) {
  const since = finished.filter(({ finishedAt }) => finishedAt > sentAt);
  return { waiting: since.length, isTold: since.some(({ notice }) => notice === "too_many") };
}

type DayLimits = Pick<Bot["limits"], "dailyMessages" | "dailyTokens">;

function isUsedUp(
  usage: DayUsage,
  { dailyMessages, dailyTokens }: DayLimits,
  prices: Bot["model"]["prices"],
): boolean {
  return usage.answers >= dailyMessages || limitedTokens(usage, prices) >= dailyTokens;
}

/** What costs no model call may cost a push: twice as many are sent as answers are given. */
function isOverSendLimit(usage: DayUsage, { dailyMessages }: DayLimits): boolean {
  return sends(usage) >= 2 * dailyMessages;
}
