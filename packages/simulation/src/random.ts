/** Seeded random numbers: the same seed gives the same numbers on every machine. */
export type Random = {
  /** From 0 up to 1. */
  next(): number;
  chance(probability: number): boolean;
  /** A whole number, both ends included. */
  int(min: number, max: number): number;
  pick<T>(items: readonly [T, ...T[]] | readonly T[]): T;
  /** An independent source, so that the draws of one part of the simulation do not change those of another. */
  fork(name: string): Random;
};

/** sfc32: small, fast, passes PractRand. */
export function createRandom(seed: string): Random {
  let [a, b, c, d] = hash(seed);

  function next(): number {
    const sum = (a + b + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  }

  const random: Random = {
    next,
    chance: (probability) => probability > 0 && next() < probability,
    int: (min, max) => min + Math.floor(next() * (max - min + 1)),
    pick: (items) => items[Math.floor(next() * items.length)]!,
    fork: (name) => createRandom(`${seed}/${name}`),
  };
  for (let warmUp = 0; warmUp < 12; warmUp += 1) next();
  return random;
}

/** FNV-1a, four times with different starts. */
function hash(text: string): [number, number, number, number] {
  const lanes: [number, number, number, number] = [0x811c9dc5, 0x01000193, 0x9e3779b9, 0x85ebca6b];
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    for (let lane = 0; lane < 4; lane += 1) lanes[lane] = Math.imul(lanes[lane]! ^ (unit + lane), 0x01000193);
  }
  return lanes;
}
