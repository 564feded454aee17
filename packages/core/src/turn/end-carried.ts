import { letsGo } from "./attempt.ts";
import type { TurnItem } from "./entity.ts";
import { droppedWithCarrier } from "./erasures.ts";
import type { TurnKey } from "./place.ts";
import type { TurnStore } from "./store.ts";

/** A turn that may carry others. */
type Carrier = TurnKey &
  Pick<TurnItem, "status" | "owner" | "leaseUntil"> & {
    outcomeUnknownSince?: number | undefined;
    carries?: readonly string[] | undefined;
  };

/**
 * A turn that may have shown what it carries, and is dropped, takes that with it: nobody will hear any more whether it
 * arrived, and to show it again might be once too often.
 */
export function createEndCarried(store: Pick<TurnStore, "update">) {
  return async (carrier: Carrier | undefined): Promise<void> => {
    if (carrier?.status !== "dropped" || letsGo(carrier)) return;
    const { chatId, key: carriedBy, carries = [] } = carrier;
    const when = { status: ["carried"] as const, carriedBy };
    const write = { name: "dropCarried", when, ...droppedWithCarrier };
    for (const key of carries) await store.update({ chatId, key }, write);
  };
}
