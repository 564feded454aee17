/** What somebody holds of the room. */
export type Held = {
  /** Gives back all but so many bytes, once it is known how many there are. */
  keep(bytes: number): void;
  leave(): void;
};

export type Room = (most: number) => Promise<Held>;

/**
 * Memory for so many bytes at once. Whoever comes takes as much as they may need, and waits until it is free; they
 * are let in as they come.
 */
export function createRoom(bytes: number): Room {
  let free = bytes;
  const waiting: { most: number; enter(): void }[] = [];

  function admit(): void {
    for (let [next] = waiting; next && next.most <= free; [next] = waiting) {
      waiting.shift();
      free -= next.most;
      next.enter();
    }
  }

  return async (most) => {
    await new Promise<void>((enter) => {
      waiting.push({ most, enter });
      admit();
    });
    let held = most;
    function keep(now: number): void {
      free += held - now;
      held = now;
      admit();
    }
    return { keep, leave: () => keep(0) };
  };
}
