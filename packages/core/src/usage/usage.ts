import type { DeliveryWay, ModelUsage, NoticeKind } from "../turn/turn.ts";

/**
 * What a chat has used on one day. Every turn that is over carries the day's total with it, this
 * turn included: a chat's turns come one after another, so adding to the newest total is exact, needs no
 * write of its own, and is read with the chat's memory.
 */
export type DayUsage = ModelUsage & {
  /** `YYYY-MM-DD`, in the bot's time zone. */
  day: string;
  answers: number;
  replies: number;
  pushes: number;
  /** The user has been told that the day's limit is reached. */
  refused: boolean;
  /** Version of the chat whose fold is in these numbers. */
  foldVersion: number;
};

/** What a turn that is over says of its chat's day. */
export type Account = {
  usage: DayUsage;
  /** The chat's first turn of the day, by which an operator finds the day's chats. */
  isFirstOfDay: boolean;
};

/** The last fold of the chat's window, until a turn has counted it. */
export type FoldUsage = ModelUsage & { version: number };

/**
 * The chat's account of today before this turn.
 *
 * @param carried what the newest turns say, oldest first
 * @param day `YYYY-MM-DD`, today in the bot's time zone
 */
export function accountOf(carried: readonly DayUsage[], fold: FoldUsage | undefined, day: string): Account {
  const foldVersion = Math.max(0, ...carried.map((usage) => usage.foldVersion));
  const earlier = totalOf(carried, day);
  const today = earlier ?? { ...nothing, day, foldVersion };
  const isCounted = !fold || fold.version <= foldVersion;
  return {
    usage: isCounted ? today : { ...add(today, fold), foldVersion: fold.version },
    isFirstOfDay: earlier === undefined,
  };
}

/**
 * The day's total among those that a chat's turns carry, oldest first; nothing if none is of that day. By what
 * it counts and not by when: the workers' clocks need not agree.
 */
export function totalOf(carried: readonly DayUsage[], day: string): DayUsage | undefined {
  return carried
    .filter((usage) => usage.day === day)
    .reduce<DayUsage | undefined>(
      (most, usage) => (most && sends(most) > sends(usage) ? most : usage),
      undefined,
    );
}

/** The account with one more send in it: of a notice, which costs no tokens, or of an answer. */
export function withAnswer(
  account: Account,
  way: DeliveryWay,
  said: NoticeKind | ModelUsage | undefined,
): Account {
  const { usage } = account;
  const used = typeof said === "object" ? said : undefined;
  return {
    ...account,
    usage: {
      ...(used ? add(usage, used) : usage),
      answers: usage.answers + (used ? 1 : 0),
      replies: usage.replies + (way === "reply" ? 1 : 0),
      pushes: usage.pushes + (way === "push" ? 1 : 0),
      // Not if the day has changed since it was decided: nothing is used up then.
      refused: usage.refused || said === "total_limit" || (said === "daily_limit" && sends(usage) > 0),
    },
  };
}

function sends({ replies, pushes }: DayUsage): number {
  return replies + pushes;
}

export type Prices = { input: number; cachedInput: number; cacheWrite: number; output: number };

/** US dollars; what is not served from the cache is taken to be written to it. */
export function costOf({ inputTokens, cachedTokens, outputTokens }: ModelUsage, prices: Prices): number {
  const fresh = (inputTokens - cachedTokens) * Math.max(prices.input, prices.cacheWrite);
  return (fresh + cachedTokens * prices.cachedInput + outputTokens * prices.output) / 1_000_000;
}

const nothing = {
  answers: 0,
  inputTokens: 0,
  cachedTokens: 0,
  outputTokens: 0,
  replies: 0,
  pushes: 0,
  refused: false,
};

/** The tokens of both together. */
export function add<T extends ModelUsage>(to: T, used: ModelUsage): T {
  return {
    ...to,
    inputTokens: to.inputTokens + used.inputTokens,
    cachedTokens: to.cachedTokens + used.cachedTokens,
    outputTokens: to.outputTokens + used.outputTokens,
  };
}
