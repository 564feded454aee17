import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { simulate } from "../src/run.ts";
import { longChat } from "../src/scenarios/erasing.ts";
import { scenarios } from "../src/scenarios.ts";

const run = promisify(execFile);
const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));

/** Runs the command line as `npm run simulate` does. */
async function simulation(...args: string[]) {
  const { stdout } = await run(process.execPath, [main, "--json", ...args], { maxBuffer: 2 ** 28 }).catch(
    (error: { stdout: string }) => error,
  );
  return JSON.parse(stdout);
}

test("every invariant holds with three hundred seeds", { timeout: 1_800_000 }, async () => {
  const { seeds, failed, failures } = await simulation("--seeds", "300");
  expect(failures[0]?.violations ?? []).toEqual([]);
  expect({ seeds, failed }).toEqual({ seeds: 300, failed: [] });
});

test("a chat of 2,000 turns, with crashes, unsends and resets, stays within every bound", {
  timeout: 1_800_000,
}, async () => {
  const { violations, tally } = await simulate(1, { plan: longChat(2_000) });
  expect(violations).toEqual([]);
  expect(tally.answered).toBeGreaterThan(1_500);
  // Erasures and crashes did occur.
  expect(tally).not.toMatchObject({ erased: 0 });
  expect(tally).not.toMatchObject({ deaths: 0 });
});

test("the same seed gives the same run, another seed another run", async () => {
  const [first, again, other] = [await simulate(7), await simulate(7), await simulate(8)];
  expect(again.history()).toEqual(first.history());
  expect(again.hash).toBe(first.hash);
  expect(other.hash).not.toBe(first.hash);
});

for (const { name, shows, plan, judge } of scenarios) {
  test(`${name}: ${shows}`, async () => {
    for (let seed = 1; seed <= 3; seed += 1) {
      const outcome = await simulate(seed, { plan });
      expect([seed, ...outcome.violations, ...judge(outcome)]).toEqual([seed]);
    }
  });
}
