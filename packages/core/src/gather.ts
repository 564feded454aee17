import type { Clock } from "./clock.ts";
import type { Taking } from "./decide/gather.ts";
import type { Held } from "./held.ts";
import type { Reminders } from "./queue/reminders.ts";
import type { Turns } from "./turn/turns.ts";

export type GatherOptions = {
  turns: Pick<Turns, "gather" | "take">;
  reminders: Reminders;
  clock: Clock;
};

export function createGather({ turns, reminders, clock }: GatherOptions) {
  return {
    /**
     * Leaves a picture to the one of those it was sent with that comes last. The reminder comes first: whatever dies
     * here, the picture waits with one, or is tried again.
     *
     * @param inS after which it is asked about in any case
     */
    async gather({ turn, job, log }: Held, inS: number): Promise<undefined> {
      await reminders.put(turn.chatId, job, inS);
      const at = clock.now();
      await turns.gather(turn, at, at + inS * 1000);
      log.info("turn.gathered", { inS });
    },

    /** @returns keys of those that another turn has, or that ask for themselves by now */
    async take(gathers: readonly Taking[], { turn, log }: Pick<Held, "turn" | "log">): Promise<string[]> {
      const taken = await Promise.all(gathers.map((gathered) => turns.take(turn, gathered)));
      const refused = gathers.filter((_, index) => !taken[index]).map(({ key }) => key);
      if (refused.length > 0) log.warn("turn.not_taken", { pictures: refused.length });
      return refused;
    },
  };
}
