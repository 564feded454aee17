/**
 * Runs something for each item, at most so many at once: each lane takes the next item when it is done with its last.
 * The first failure is thrown, and the lanes take no more.
 */
export async function inLanes<T>(
  lanes: number,
  items: Iterable<T>,
  run: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = shared(items);
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      for (const item of waiting) await run(item);
    }),
  );
}

/** A generator ends for all lanes when one of them fails; an array's own iterator would go on. */
function* shared<T>(items: Iterable<T>): Generator<T> {
  yield* items;
}
