/**
 * Runs the items of a batch: groups side by side, one group's items in order.
 * `handle` says whether its group may go on; after the first that may not, the rest of
 * that group stays untouched, so that one user's messages never overtake each other
 * and no other user waits.
 *
 * @param items in the order of the queue
 * @param handle must not throw
 * @param onEnd called when a group has ended, with the items that are done and those left untouched
 * @returns the items that were stopped at or left, for the queue to bring back
 */
export async function inOrder<T>(
  items: readonly T[],
  groupOf: (item: T) => string,
  handle: (item: T) => Promise<"next" | "stop">,
  onEnd: (group: { done: readonly T[]; untouched: readonly T[] }) => Promise<void>,
): Promise<T[]> {
  const left = await Promise.all(
    [...Map.groupBy(items, groupOf).values()].map(async (group) => {
      for (const [index, item] of group.entries()) {
        if ((await handle(item)) === "next") continue;
        await onEnd({ done: group.slice(0, index), untouched: group.slice(index + 1) });
        return group.slice(index);
      }
      await onEnd({ done: group, untouched: [] });
      return [];
    }),
  );
  return left.flat();
}
