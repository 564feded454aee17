/** LINE bills by the month of Japan. */
const JAPAN_MS = 9 * 60 * 60_000;

export type SavedQuota = { month: string; used: number };
export type Quota = ReturnType<typeof createQuota>;

/** Counts pushed messages against the month's limit; no limit when none is given. */
export function createQuota(options: {
  clock: () => number;
  limit?: number | undefined;
  saved?: SavedQuota | undefined;
}) {
  const { clock, limit } = options;
  let { month, used } = options.saved ?? { month: "", used: 0 };

  function startNewMonth() {
    const now = new Date(clock() + JAPAN_MS).toISOString().slice(0, 7);
    if (now !== month) [month, used] = [now, 0];
  }

  return {
    limit,

    used(): number {
      startNewMonth();
      return used;
    },

    hasRoomFor(recipients: number): boolean {
      startNewMonth();
      return limit === undefined || used + recipients <= limit;
    },

    charge(recipients: number) {
      startNewMonth();
      used += recipients;
    },

    save: (): SavedQuota => ({ month, used }),
  };
}
