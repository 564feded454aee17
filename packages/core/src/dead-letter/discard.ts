import { expiryOf } from "../table.ts";
import type { Turns } from "../turn/turns.ts";
import { type ActOptions, type ActRequest, createAct, type Result } from "./act.ts";
import type { DescribedLetter } from "./dead-letter.ts";

export type DiscardOptions = ActOptions & { turns: Pick<Turns, "discard">; retentionDays: number };

/**
 * Drops messages by an operator's hand: their turns are marked, so that no redelivery is answered, and only then
 * they leave the dead-letter queue.
 */
export function createDiscard(options: DiscardOptions) {
  const { turns, retentionDays, clock } = options;
  const act = createAct(options);

  return (request: Omit<ActRequest, "act">): Promise<Result[]> => act({ ...request, act: discard });

  async function discard({ event, turn, onReplay }: DescribedLetter): Promise<string | undefined> {
    if (onReplay.kind === "none" && onReplay.because === "held") return "held";
    // What erases, or asks nothing, has no turn.
    if (!event || event.kind === "erasure" || event.kind === "ignored") return undefined;
    const at = clock.now();
    const { chatId, key, eventId } = event;
    const discarded = { chatId, key, eventId, at, expiresAt: expiryOf(at, retentionDays) };
    return (await turns.discard(discarded, turn)) ? undefined : "held";
  }
}
