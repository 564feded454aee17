import { expect, test } from "vitest";
import { simulate } from "../src/run.ts";
import { scenarios } from "../src/scenarios.ts";

// simulation.test.ts runs many more, in threads. These few run in this process, for `npm run test:mutants`.

test("every invariant holds with the first seeds", async () => {
  for (let seed = 1; seed <= 25; seed += 1) {
    const { violations } = await simulate(seed);
    expect([seed, ...violations]).toEqual([seed]);
  }
});

test.each(scenarios)("$name: $shows", async ({ plan, judge }) => {
  const outcome = await simulate(1, { plan });
  expect([...outcome.violations, ...judge(outcome)]).toEqual([]);
});
