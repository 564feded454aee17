import { countedBy } from "@henji/core/dead-letter/counted-by";
import type { TurnRegister } from "@henji/core/turn/register";
import { iso } from "../format.ts";

export type ParkedCounts = {
  total: number;
  /** The most frequent first. */
  byCode: Record<string, number>;
  /** When the first of them was parked. */
  since: string | null;
};

/** Counts what is parked, by the index alone. */
export async function countParked(register: Pick<TurnRegister, "parked">): Promise<ParkedCounts> {
  const parked = await register.parked();
  const [first] = parked;
  return {
    total: parked.length,
    byCode: Object.fromEntries(countedBy(parked.map(({ code }) => code))),
    since: first ? iso(first.at) : null,
  };
}
