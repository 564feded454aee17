import { relative } from "node:path";
import { afterEach, expect } from "vitest";
import { seed } from "./packages/core/test/seed.ts";
import { createRandom } from "./packages/simulation/src/random.ts";

// No test depends on chance. Code that draws random numbers (ids of the stand-ins, jitter of a client) draws
// the same ones in each run of the file; `SEED=2 npm test` gives others.
const file = relative(import.meta.dirname, expect.getState().testPath!);
Math.random = createRandom(`${seed}/${file}`).next;

afterEach(({ task }) => {
  if (task.result?.state === "fail") console.error(`Random numbers were drawn with SEED=${seed}`);
});
