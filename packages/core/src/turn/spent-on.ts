import { addSpent, nothingSpent, type Spent } from "../usage/spent.ts";
import type { Turn } from "./turn.ts";

/** What a turn has taken that is over without being sent, and that no total has in it. */
export function spentOn(turn: Turn): Spent {
  // What has waited was counted then.
  if (turn.waitedAt !== undefined) return nothingSpent;
  const { spent = nothingSpent } = turn;
  if (turn.status === "claimed" || turn.answer.from === "bot") return spent;
  const { usage, media } = turn.answer;
  return addSpent(spent, { ...usage, media });
}
