import { type ParseArgsConfig, parseArgs } from "node:util";
import { type Catch, huntMutations, remember, tableOf } from "./hunt.ts";
import { loadHelp, runLoadCommand } from "./load/command.ts";
import { mutations } from "./mutations.ts";
import { simulate } from "./run.ts";
import type { Failure, Job } from "./runner.ts";
import { scenarios } from "./scenarios.ts";
import { cores, runJob, sideBySide } from "./threads.ts";

/** A mistake in the options is one line, without a stack. */
function readOptions<T extends ParseArgsConfig>(config: T) {
  try {
    return parseArgs(config);
  } catch (error) {
    console.error(`${(error as Error).message.split(". ")[0]}: see npm run simulate -- --help`);
    return process.exit(1);
  }
}

const help = `npm run simulate -- [options]

Runs core with simulated users, LINE, SQS, Lambda, DynamoDB and OpenAI, in virtual time, under faults of
every kind. One seed is one run; the same seed is the same run.

  --seeds N          how many seeds (default 1000)
  --from N           the first seed (default 1)
  --seed N           one seed; with --verbose everything that happened
  --scenario NAME    a named scenario instead, with --seeds or --seed
  --mutation NAME    with one deliberate mistake in core, which must be noticed
  --mutations        all mutations, as a table of the runs that each took; npm test begins with
                     the runs that have noticed them
  --list             the names of scenarios and mutations
  --json             one line of JSON on standard output
  --help

${loadHelp}`;

/** It has options of its own. */
const isLoad = process.argv.includes("--load");

const { values } = readOptions({
  ...(isLoad && { args: [] }),
  options: {
    seeds: { type: "string" },
    from: { type: "string", default: "1" },
    seed: { type: "string" },
    scenario: { type: "string" },
    mutation: { type: "string" },
    mutations: { type: "boolean", default: false },
    list: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    verbose: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

/** Seeds for each mutation, here and in `npm test`. */
const MUTATION_SEEDS = 400;
/** Failures that are printed whole. */
const SHOWN = 3;
const LAST_LINES = 60;

function wholeNumber(name: "seeds" | "from" | "seed"): number | undefined {
  const value = values[name];
  if (value === undefined) return undefined;
  if (/^[1-9]\d*$/.test(value)) return Number(value);
  throw new Error(`--${name} takes a whole number from 1 on, not ${value}`);
}

function known(kind: string, name: string | undefined, all: readonly { name: string }[]): string | undefined {
  if (name === undefined || all.some((one) => one.name === name)) return name;
  throw new Error(`There is no ${kind} ${name}. There are: ${all.map((one) => one.name).join(", ")}`);
}

function print(text: string): void {
  if (!values.json) console.log(text);
}

function printFailure({ seed, scenario, violations, missed, history }: Failure): void {
  const name = scenario ? ` --scenario ${scenario}` : "";
  print(`\n${scenario ? `Scenario ${scenario}, seed` : "Seed"} ${seed}`);
  for (const { rule, what, eventId, chatId } of violations)
    print(`  ${rule}: ${what} (${eventId || chatId})`);
  for (const what of missed) print(`  ${what}`);
  print(`${history.slice(-LAST_LINES).join("\n")}`);
  print(`Again, whole: npm run simulate -- --seed ${seed}${name} --verbose`);
}

/** One seed, in this thread. */
async function runOne(seed: number, name: string | undefined): Promise<number> {
  const scenario = scenarios.find((one) => one.name === name);
  const outcome = await simulate(seed, scenario ? { plan: scenario.plan } : {});
  const { violations, tally, hash, ms } = outcome;
  const missed = scenario?.judge(outcome) ?? [];
  if (values.verbose) print(`${JSON.stringify(outcome.plan)}\n${outcome.history().join("\n")}`);
  else if (violations.length + missed.length > 0) {
    printFailure({ seed, scenario: name, violations, missed, history: outcome.history() });
  }
  print(`${JSON.stringify(tally)}\n${(ms / 60_000).toFixed(0)} simulated minutes, history ${hash}`);
  if (values.json) console.log(JSON.stringify({ seed, scenario: name, violations, missed, tally, hash }));
  return violations.length + missed.length;
}

async function runMany(seeds: number, from: number, scenario: string | undefined): Promise<number> {
  const startedAt = performance.now();
  const failures: Failure[] = [];
  const tally: Record<string, number> = {};
  let through = 0;
  const lanes = Array.from({ length: cores }, (_, lane): Job => {
    const job = {
      from: from + lane,
      seeds: seeds - lane,
      seedsBeforeScenarios: seeds,
      step: cores,
      seedsPerScenario: 0,
      maxFailures: 20,
    };
    if (scenario === undefined) return { ...job, scenarios: [] };
    return { ...job, scenarios: lane === 0 ? [scenario] : [], seeds: 0, seedsPerScenario: seeds };
  });
  await sideBySide(lanes, (job) =>
    runJob(job, (report) => {
      if (report.kind === "failure") failures.push(report.failure);
      if (report.kind !== "progress") return;
      through += report.runs;
      for (const [what, count] of Object.entries(report.tally)) tally[what] = (tally[what] ?? 0) + count;
      const isTerminal = process.stderr.isTTY && !values.json;
      if (isTerminal) process.stderr.write(`\r${through} of ${seeds} seeds, ${failures.length} failed `);
    }),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  failures.sort((a, b) => a.seed - b.seed);
  for (const failure of failures.slice(0, SHOWN)) printFailure(failure);
  const perSeed = ((seconds * 1000) / seeds).toFixed(1);
  const named = failures.map(({ seed }) => seed);
  print(`\n${JSON.stringify(tally)}`);
  print(`${seeds} ${scenario ?? "seeds"} in ${seconds.toFixed(1)} s (${perSeed} ms each)`);
  print(named.length > 0 ? `FAILED: ${named.join(", ")}` : "every invariant held");
  if (values.json)
    console.log(JSON.stringify({ seeds, from, scenario, seconds, failed: named, failures, tally }));
  return failures.length;
}

/** A failure here is a mutation that no run notices. */
async function runMutations(seeds: number, name: string | undefined): Promise<number> {
  const startedAt = performance.now();
  const onCaught = ({ mutation, runs, by }: Catch) =>
    process.stderr.isTTY && process.stderr.write(`${mutation.name}: ${by ? `${runs} runs` : "NOT CAUGHT"}\n`);
  const found = await huntMutations({
    seeds,
    scenarios: scenarios.map(({ name }) => name),
    name,
    onCaught,
  });
  if (name === undefined) remember(found);
  const missed = found.filter(({ mutation, by }) => !by && mutation.rare === undefined);
  print(`${tableOf(found).join("\n")}\n${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  if (name !== undefined) for (const { by } of found) if (by) printFailure(by);
  if (values.json) {
    const rows = found.map(({ mutation, runs, by }) => ({
      name: mutation.name,
      runs,
      caught: by !== undefined,
      by: by && (by.violations[0] ?? by.missed[0]),
    }));
    console.log(JSON.stringify({ mutations: rows }));
  }
  return missed.length;
}

async function main(): Promise<number> {
  if (isLoad) {
    runLoadCommand(process.argv.slice(2));
    return 0;
  }
  if (values.help) return print(help) ?? 0;
  if (values.list) {
    for (const { name, shows } of scenarios) print(`${name.padEnd(32)} ${shows}`);
    for (const { name, mistake } of mutations) print(`${name.padEnd(32)} ${mistake}`);
    return 0;
  }
  const scenario = known("scenario", values.scenario, scenarios);
  const mutation = known("mutation", values.mutation, mutations);
  const seeds = wholeNumber("seeds");
  const seed = wholeNumber("seed");
  if (values.mutations || mutation !== undefined) return runMutations(seeds ?? MUTATION_SEEDS, mutation);
  if (seed !== undefined) return runOne(seed, scenario);
  return runMany(seeds ?? 1_000, wholeNumber("from") ?? 1, scenario);
}

try {
  process.exitCode = (await main()) > 0 ? 1 : 0;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
