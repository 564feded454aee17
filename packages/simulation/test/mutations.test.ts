import { expect, test } from "vitest";
import { huntMutations, tableOf } from "../src/hunt.ts";
import { mutations } from "../src/mutations.ts";
import { scenarios } from "../src/scenarios.ts";

/** It takes a minute or two on two idle cores; a busy machine must never reach the limit. */
const NET_MS = 60 * 60_000;

test("every deliberate mistake in core is noticed", { timeout: NET_MS }, async () => {
  const found = await huntMutations({
    seeds: 400,
    scenarios: scenarios.map(({ name }) => name),
    rare: false,
    fromMemory: true,
  });
  console.log(tableOf(found).join("\n"));
  expect(found).toHaveLength(mutations.filter(({ rare }) => rare === undefined).length);
  expect(found.filter(({ by }) => !by).map(({ mutation }) => mutation.name)).toEqual([]);
});
