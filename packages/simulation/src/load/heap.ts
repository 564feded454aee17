/** Numbers in order of their keys: the smallest first. Of equal keys, any. */
export type Heap = {
  push(key: number, value: number): void;
  /** The smallest key, infinite if there is none. */
  first(): number;
  /** The value of the smallest key, which goes. */
  pop(): number;
  size(): number;
};

/** A binary heap without objects: millions of events pass through it. */
export function createHeap(): Heap {
  const keys: number[] = [];
  const values: number[] = [];

  function swap(a: number, b: number): void {
    [keys[a], keys[b]] = [keys[b]!, keys[a]!];
    [values[a], values[b]] = [values[b]!, values[a]!];
  }

  return {
    push(key, value) {
      let index = keys.push(key) - 1;
      values.push(value);
      while (index > 0) {
        const parent = (index - 1) >> 1;
        if (keys[parent]! <= key) return;
        swap(index, parent);
        index = parent;
      }
    },
    first: () => keys[0] ?? Number.POSITIVE_INFINITY,
    pop() {
      const value = values[0]!;
      swap(0, keys.length - 1);
      keys.pop();
      values.pop();
      let index = 0;
      for (;;) {
        let child = 2 * index + 1;
        if (child >= keys.length) return value;
        if (child + 1 < keys.length && keys[child + 1]! < keys[child]!) child += 1;
        if (keys[index]! <= keys[child]!) return value;
        swap(index, child);
        index = child;
      }
    },
    size: () => keys.length,
  };
}
