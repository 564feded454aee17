import type { TurnItem } from "./entity.ts";
import type { TurnKey } from "./place.ts";
import type { Guard, TurnStore, TurnWrite } from "./store.ts";

/**
 * Takes what is free; or what the same one has taken before: in an earlier attempt, or just now, and the SDK has
 * repeated it.
 *
 * @returns nothing, if another has it
 */
export async function takeOnce(
  store: Pick<TurnStore, "update">,
  key: TurnKey,
  take: Omit<TurnWrite, "when">,
  { free, own }: { free: Guard; own: Guard },
): Promise<TurnItem | undefined> {
  return (await store.update(key, { ...take, when: free })) ?? store.update(key, { ...take, when: own });
}
