import { relative } from "node:path";
import { afterEach, expect } from "vitest";
import { seed } from "./packages/core/test/seed.ts";
import { createRandom } from "./packages/simulation/src/random.ts";

// No test depends on chance. What draws a number by itself (ids of the stand-ins, jitter of a client) draws
// the same ones each time the file runs; `SEED=2 npm test` draws others.
const file = relative(import.meta.dirname, expect.getState().testPath!);
Math.random = createRandom(`${seed}/${file}`).next;

afterEach(({ task }) => {
  if (task.result?.state === "fail") console.error(`Random numbers were drawn with SEED=${seed}`);
});
