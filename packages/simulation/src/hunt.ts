import { readFileSync, writeFileSync } from "node:fs";
import type { Mutation } from "./mutations/mutation.ts";
import { mutations } from "./mutations.ts";
import type { Failure, RunOfSeed } from "./runner.ts";
import { cores, runJob, sideBySide } from "./threads.ts";

const SEEDS_FIRST = 60;
const SEEDS_OF_ITS_SCENARIO = 150;

/** How a mutation was noticed; `by` is not set if it was not. */
export type Catch = { mutation: Mutation; runs: number; by?: Failure };

/** By the names of the mutations. */
type Memory = Record<string, RunOfSeed>;

const memory = new URL("./mutations/noticed-by.json", import.meta.url);

/** Remembers which run has noticed a mutation, so that `npm test` can begin with it. */
export function remember(found: readonly Catch[]): void {
  const runs: Memory = {};
  for (const { mutation, by } of found) {
    if (by) runs[mutation.name] = { seed: by.seed, ...(by.scenario && { scenario: by.scenario }) };
  }
  writeFileSync(memory, `${JSON.stringify(runs, null, 2)}\n`);
}

/** Runs every mutation, or one, through the same seeds until one of them fails. */
export async function huntMutations(options: {
  seeds: number;
  scenarios: readonly string[];
  name?: string | undefined;
  /** Also those that may take thousands of seeds. */
  rare?: boolean;
  /** Begin with the run that has noticed it before. */
  fromMemory?: boolean;
  onCaught?: (found: Catch) => void;
}): Promise<Catch[]> {
  const wanted = mutations.filter(
    ({ name, rare }) =>
      (options.name === undefined || name === options.name) && (options.rare !== false || rare === undefined),
  );
  const remembered: Memory = options.fromMemory ? JSON.parse(readFileSync(memory, "utf8")) : {};
  const found: Catch[] = [];
  await sideBySide(wanted, async (mutation) => {
    const caught: Catch = { mutation, runs: 0 };
    const { seeds, scenarios } = options;
    const { scenario } = mutation;
    const selected =
      scenario === undefined
        ? { scenarios, seedsPerScenario: 1 }
        : { scenarios: [scenario], seedsPerScenario: SEEDS_OF_ITS_SCENARIO };
    const job = {
      from: 1,
      seeds,
      step: 1,
      seedsBeforeScenarios: scenario === undefined ? SEEDS_FIRST : 0,
      ...selected,
      mutation: mutation.name,
      maxFailures: 1,
      first: remembered[mutation.name],
    };
    await runJob(job, (report) => {
      if (report.kind === "progress") return;
      caught.runs = report.runs;
      if (report.kind === "failure") caught.by = report.failure;
    });
    found.push(caught);
    options.onCaught?.(caught);
  });
  return mutations.flatMap((mutation) => found.find((one) => one.mutation === mutation) ?? []);
}

function howCaught({ rare }: Mutation, by: Failure | undefined): string {
  if (!by) return rare === undefined ? "NOT CAUGHT" : `rare: ${rare}`;
  const [violation] = by.violations;
  const what = violation ? `${violation.rule}: ${violation.what}` : by.missed[0];
  return by.scenario === undefined ? `${what}` : `${by.scenario}: ${what}`;
}

/** One line per mutation. */
export function tableOf(found: readonly Catch[]): string[] {
  const rows = found.map(({ mutation, runs, by }) => [
    mutation.name,
    by ? String(runs) : "-",
    howCaught(mutation, by),
    mutation.mistake,
  ]);
  const all = [["mutation", "runs", "caught by", "the mistake"], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...all.map((row) => row[column]!.length)));
  return all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

export { cores };
