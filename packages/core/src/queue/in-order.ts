/**
 * Runs the items of a batch: groups side by side, one group's items in order.
 * `handle` says whether its group may go on; after the first that may not, the rest of
 * that group stays untouched, so that one user's messages never overtake each other
 * and no other user waits.
 *
 * @param items in the order of the queue
 * @param handle must not throw
 * @param onStop called at once when a group stops, with the items that it left untouched
 * @returns the items that were stopped at or left, for the queue to bring back
 */
export async function inOrder<T>(
  items: readonly T[],
  groupOf: (item: T) => string,
  handle: (item: T) => Promise<"next" | "stop">,
  onStop: (rest: readonly T[]) => Promise<void>,
): Promise<T[]> {
  const left = await Promise.all(
    [...Map.groupBy(items, groupOf).values()].map(async (group) => {
      for (const [index, item] of group.entries()) {
        if ((await handle(item)) === "next") continue;
        await onStop(group.slice(index + 1));
        return group.slice(index);
      }
      return [];
    }),
  );
  return left.flat();
}
