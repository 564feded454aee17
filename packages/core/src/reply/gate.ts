/** Lets so many through at a time; the others wait their turn. */
export function createGate(most: number) {
  let inside = 0;
  const waiting: (() => void)[] = [];

  return async <T>(run: () => Promise<T>): Promise<T> => {
    if (inside >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else inside += 1;
    try {
      return await run();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else inside -= 1;
    }
  };
}
