import { expect, test } from "vitest";
import { huntMutations, tableOf } from "../src/hunt.ts";
import { mutations } from "../src/mutations.ts";
import { scenarios } from "../src/scenarios.ts";

test("every deliberate mistake in core is noticed", { timeout: 300_000 }, async () => {
  const found = await huntMutations({
    seeds: 400,
    scenarios: scenarios.map(({ name }) => name),
  });
  console.log(tableOf(found).join("\n"));
  expect(found).toHaveLength(mutations.length);
  expect(
    found
      .filter(({ mutation, by }) => !by && mutation.rare === undefined)
      .map(({ mutation }) => mutation.name),
  ).toEqual([]);
});
