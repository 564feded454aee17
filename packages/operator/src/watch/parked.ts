import type { Listed, TurnRegister } from "@henji/core/turn/register";

export type ParkedCounts = {
  total: number;
  /** The most frequent first. */
  byCode: Record<string, number>;
  /** When the first of them was parked. */
  since: string | null;
};

/** Counts what is parked; each turn is read once, and its key alone afterwards. */
export function createParkedCounts(register: TurnRegister): () => Promise<ParkedCounts> {
  let known = new Map<string, string>();

  return async () => {
    const listed = await register.parked();
    const fresh = listed.filter((turn) => !known.has(parkingOf(turn)));
    const codes = new Map<string, string>();
    for (const turn of await register.read(fresh, "facts")) {
      const { steps = [], error = "unknown", listedAt = "" } = turn;
      codes.set(parkingOf({ ...turn, listedAt }), steps.findLast(({ is }) => is === "parked")?.code ?? error);
    }
    // One that has left the list between the two reads is not counted.
    known = new Map(
      listed.flatMap((turn) => {
        const parking = parkingOf(turn);
        const code = known.get(parking) ?? codes.get(parking);
        return code === undefined ? [] : [[parking, code] as const];
      }),
    );
    const groups = [...Map.groupBy(known.values(), (code) => code)].map(
      ([code, all]) => [code, all.length] as const,
    );
    return {
      total: known.size,
      byCode: Object.fromEntries(groups.sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))),
      since: listed[0]?.listedAt ?? null,
    };
  };
}

/** The same turn may be parked once more, with another code. */
function parkingOf({ chatId, key, listedAt }: Listed): string {
  return `${chatId} ${key} ${listedAt}`;
}
