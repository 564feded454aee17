import { addMedia, type MediaUsage } from "./media.ts";
import { add, type ModelUsage, type RunningTotal } from "./usage.ts";

/** What was taken for a question: tokens and searches, and what was looked at and listened to. */
export type Spent = ModelUsage & { media?: MediaUsage | undefined };

export const nothingSpent: Spent = { inputTokens: 0, cachedTokens: 0, outputTokens: 0 };

/**
 * What the question at hand has taken so far and no total has in it: attempts before this one, and this one as it
 * goes on. Whatever becomes of it, it is paid for.
 */
export type Spending = {
  soFar(): Spent;
  add(used: Partial<Spent>): void;
};

export function createSpending(before: Spent): Spending {
  let spent = before;
  return {
    soFar: () => spent,
    add(used) {
      spent = addSpent(spent, { ...nothingSpent, ...used });
    },
  };
}

export function addSpent<T extends Spent>(to: T, used: Spent): T {
  const media = used.media ? addMedia(to.media, used.media) : to.media;
  return { ...add(to, used), ...(media && { media }) };
}

/** The total with what was taken beside an answer in it. */
export function withSpent({ usage, chat, isUnlisted }: RunningTotal, spent: Spent): RunningTotal {
  return {
    isUnlisted,
    usage: addSpent(usage, spent),
    ...(chat && { chat: addSpent(chat, spent) }),
  };
}
