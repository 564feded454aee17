import type { Chats, Memory } from "../chat/chats.ts";
import type { Clock } from "../clock.ts";
import { toBotError } from "../error.ts";
import type { Log } from "../log.ts";
import { expiryOf } from "../table.ts";
import { type TurnKey, timeOf } from "../turn/place.ts";

export type LeavePastOptions = { chats: Pick<Chats, "update">; retentionDays: number; clock: Clock };

/**
 * The model refuses what came before, so it would refuse every message to come: the window starts at this turn,
 * and the summary is empty. A single call does not tell which of the two it refuses, and what is refused verbatim
 * is refused in a summary too. Turns stay stored. It never throws: if it fails, the next message finds the same
 * and tries again.
 */
export function createLeavePast({ chats, retentionDays, clock }: LeavePastOptions) {
  return async ({ chatId, key }: TurnKey, memory: Memory, log: Log): Promise<void> => {
    // Not back, for a message that was brought back late.
    const time = timeOf(key);
    const windowStart = time > memory.windowStart ? time : memory.windowStart;
    const expiresAt = expiryOf(clock.now(), retentionDays);
    try {
      const moved = await chats.update(chatId, memory, { windowStart, summary: "", expiresAt });
      log.warn("window.refused", { code: "model.refused", moved });
    } catch (error) {
      log.warn("window.not_moved", { code: toBotError(error).code });
    }
  };
}
