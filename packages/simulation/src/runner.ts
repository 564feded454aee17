import { enableCompileCache } from "node:module";
import { resolve } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import type { Violation } from "./check/fate.ts";
import { mutateCore } from "./mutate.ts";
import { mutations } from "./mutations.ts";

/** What one thread runs: scenarios and seeds, until all are done or `maxFailures` have failed. */
export type Job = {
  /** By its name. */
  mutation?: string | undefined;
  scenarios: readonly string[];
  from: number;
  seeds: number;
  /** Seeds that run before the scenarios; a multiple of `step`. */
  seedsBeforeScenarios: number;
  /** From one seed to the next: the threads share them. */
  step: number;
  /** Seeds for each scenario. */
  seedsPerScenario: number;
  maxFailures: number;
  /** Comes before all others. */
  first?: RunOfSeed | undefined;
};

export type RunOfSeed = { seed: number; scenario?: string };

export type Failure = {
  seed: number;
  scenario?: string | undefined;
  violations: readonly Violation[];
  /** What a scenario missed at its end. */
  missed: readonly string[];
  history: readonly string[];
};

export type Report =
  | { kind: "progress"; runs: number; tally: Record<string, number> }
  | { kind: "failure"; failure: Failure; runs: number }
  | { kind: "done"; runs: number };

// Each mutation has a thread of its own, which loads all of core.
enableCompileCache(resolve(import.meta.dirname, "../../../node_modules/.cache/henji-simulation"));

async function work(job: Job): Promise<void> {
  const mutation = mutations.find(({ name }) => name === job.mutation);
  if (mutation && "edit" in mutation) mutateCore(mutation.edit);
  // Core is loaded here, with its mistake if there is one.
  const [{ simulate }, { scenarios }] = await Promise.all([import("./run.ts"), import("./scenarios.ts")]);
  const mistakes = mutation && "table" in mutation ? mutation.table : [];
  const ports = mutation && !("edit" in mutation || "table" in mutation) ? mutation : {};
  let runs = 0;
  let failures = 0;
  let tally: Record<string, number> = {};
  let said = 0;
  const say = (report: Report) => parentPort?.postMessage(report);
  const sayProgress = () => {
    say({ kind: "progress", runs: runs - said, tally });
    said = runs;
    tally = {};
  };

  async function runOne(seed: number, name?: string): Promise<void> {
    const scenario = name === undefined ? undefined : scenarios.find((one) => one.name === name);
    const outcome = await simulate(seed, { mistakes, ports, ...(scenario && { plan: scenario.plan }) });
    const missed = scenario?.judge(outcome) ?? [];
    runs += 1;
    for (const [what, count] of Object.entries(outcome.tally)) tally[what] = (tally[what] ?? 0) + count;
    if (outcome.violations.length + missed.length === 0) return;
    failures += 1;
    const concerned = outcome.violations.map(({ chatId }) => chatId).filter((chatId) => chatId !== "");
    const { violations } = outcome;
    const history = outcome.history(concerned.length > 0 ? concerned : undefined);
    say({ kind: "failure", failure: { seed, scenario: name, violations, missed, history }, runs });
  }

  async function runSeeds(from: number, to: number): Promise<void> {
    for (let seed = from; seed < to && failures < job.maxFailures; seed += job.step) {
      await runOne(seed);
      if (runs % 100 === 0) sayProgress();
    }
  }
  async function runScenarios(): Promise<void> {
    for (let seed = 1; seed <= job.seedsPerScenario; seed += 1) {
      for (const name of job.scenarios) {
        if (failures < job.maxFailures) await runOne(seed, name);
      }
    }
  }

  const { first: known, from, seeds } = job;
  if (known) await runOne(known.seed, known.scenario);
  const first = Math.min(seeds, job.seedsBeforeScenarios);
  await runSeeds(from, from + first);
  await runScenarios();
  await runSeeds(from + first, from + seeds);
  sayProgress();
  say({ kind: "done", runs });
}

await work(workerData as Job);
