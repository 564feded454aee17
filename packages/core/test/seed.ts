/** The seed of every random number in tests: the same in each run, unless the environment sets another. */
export const seed = Number(process.env.SEED ?? 1);
