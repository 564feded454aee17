// Henji beside the bots that one would write otherwise, on the same stand-ins.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { bundleAll } from "./peers/bundle.ts";
import { type Contestant, contestants } from "./peers/contestants.ts";
import { measure, type Part, parts, sizes } from "./peers/measure.ts";
import { printSelfTimes } from "./peers/profile.ts";
import { print } from "./peers/table.ts";

const all = contestants.map(({ name }) => name);
const usage = `Henji beside the bots that one would write otherwise, on the same stand-ins.

npm run bench:peers -- [options]

  --only <list>         parts: ${parts.join(", ")} (default: all)
  --contestants <list>  ${all.join(", ")} (default: all)
  --rounds <n>          rounds of processor and idle, each with all contestants in turn (default: ${sizes.full.rounds})
  --seed <seed>         of the faults (default: 1)
  --redeliveries <n>    how often LINE delivers an event again after a failure (default: 3)
  --quick               smaller: fewer rounds, answers and faults
  --profile <dir>       writes a .cpuprofile of each function there, and prints the time of each package
  --json                everything as one object
  --help                this text

All parts take some 25 minutes without --quick; most of that is waiting.`;

const { values } = parseArgs({
  options: {
    only: { type: "string", default: parts.join(",") },
    contestants: { type: "string", default: all.join(",") },
    rounds: { type: "string" },
    seed: { type: "string", default: "1" },
    redeliveries: { type: "string", default: "3" },
    quick: { type: "boolean", default: false },
    profile: { type: "string" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  console.log(usage);
  process.exit(0);
}
const only = listed("only", values.only, parts) as Part[];
const chosen: Contestant[] = contestants.filter(({ name }) =>
  listed("contestants", values.contestants, all).includes(name),
);
const size = values.quick ? sizes.quick : sizes.full;
const rounds = values.rounds === undefined ? size.rounds : Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) fail("--rounds: a number from 1 on");

const redeliveries = Number(values.redeliveries);
if (!Number.isInteger(redeliveries) || redeliveries < 0) fail("--redeliveries: a number from 0 on");

const directory = await mkdtemp(join(tmpdir(), "henji-peers-"));
try {
  const log = (what: string) => console.error(what);
  log("bundling");
  const bundles = await bundleAll(chosen, directory, values.profile !== undefined);
  const results = await measure(chosen, bundles, {
    ...{ parts: only, size: { ...size, rounds }, seed: values.seed, redeliveries, log },
    ...(values.profile !== undefined && { profileInto: values.profile }),
  });
  if (values.json) console.log(JSON.stringify(results, null, 2));
  else {
    print(results);
    printSelfTimes(results.profiles ?? []);
  }
} finally {
  await rm(directory, { recursive: true });
}
process.exit(0);

function listed(option: string, list: string, known: readonly string[]): string[] {
  const names = list.split(",");
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) fail(`--${option}: ${unknown.join(", ")} is none of ${known.join(", ")}`);
  return names;
}

function fail(reason: string): never {
  console.error(reason);
  process.exit(2);
}
