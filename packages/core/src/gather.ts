import type { Clock } from "./clock.ts";
import type { Held } from "./held.ts";
import type { Reminders } from "./queue/reminders.ts";
import type { Turns } from "./turn/turns.ts";

export type GatherOptions = { turns: Pick<Turns, "gather">; reminders: Reminders; clock: Clock };

/**
 * Leaves a picture to the one of those it was sent with that comes last. The reminder comes first: whatever dies here,
 * the picture waits with one, or is tried again.
 *
 * @param inS after which it is asked about in any case; not set if another has it already
 */
export function createGather({ turns, reminders, clock }: GatherOptions) {
  return async ({ turn, job, log }: Held, inS: number | undefined): Promise<undefined> => {
    if (inS !== undefined) await reminders.put(turn.chatId, job, inS);
    const at = clock.now();
    await turns.gather(turn, at, inS === undefined ? undefined : at + inS * 1000);
    log.info("turn.gathered", { ...(inS !== undefined && { inS }) });
  };
}
