// What a cold start of each function costs: size, time to import, and its first message, in fresh processes.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import type * as Contents from "../test/synth/contents.ts";
import type * as Synthesis from "../test/synth/template.ts";
import { memoryOf, type Started, startOnce, type Target, type Took } from "./first-message.ts";
import { startServices } from "./services.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "25" },
    against: { type: "string" },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  console.log(
    [
      "npm run bench:cold -- [--runs 25] [--against DIR]",
      "  --runs     fresh processes for each function, taken in turn",
      "  --against  another checkout, whose functions are started in turn with these",
    ].join("\n"),
  );
  process.exit(0);
}

const root = join(import.meta.dirname, "../..");
const empty = await mkdtemp(join(tmpdir(), "henji-cold-"));
await writeFile(join(empty, "bundle.mjs"), "export const handler = async () => {};\n");

const targets: (Target & { bytes: number })[] = [
  { name: "empty handler", directory: empty, environment: {}, bytes: 0 },
  ...(await functionsOf(root, "")),
  ...(values.against === undefined ? [] : await functionsOf(resolve(values.against), ", the other checkout")),
];

/** As that checkout would deploy them. */
async function functionsOf(checkout: string, suffix: string): Promise<(Target & { bytes: number })[]> {
  const load = (file: string) => import(pathToFileURL(join(checkout, "stacks/test/synth", file)).href);
  const { synthesize }: typeof Synthesis = await load("template.ts");
  const { contents, environmentOf }: typeof Contents = await load("contents.ts");
  const template = await synthesize("bench");
  return Promise.all(
    template.bundles.map(async (bundle) => ({
      name: bundle.functionId.toLowerCase() + suffix,
      directory: join(checkout, bundle.directory),
      environment: environmentOf(template, bundle),
      bytes: (await contents(bundle)).startup.bytes,
    })),
  );
}

const services = await startServices();
type Run = Started & { held: Took };
const started = new Map(targets.map(({ name }) => [name, [] as Run[]]));
for (let run = 0; run < Number(values.runs); run += 1) {
  // In turn, so that other load on the machine affects all alike.
  for (const target of targets) {
    const free = await startOnce(target, services.url);
    const { answered: held } = await startOnce(target, services.url, memoryOf(target.name));
    started.get(target.name)!.push({ ...free, held });
  }
}
services.stop();
await rm(empty, { recursive: true });

/** Milliseconds. */
function median(name: string, of: (run: Run) => number): number {
  const sorted = started
    .get(name)!
    .map(of)
    .sort((a, b) => a - b);
  return Number(sorted[Math.floor(sorted.length / 2)]!.toFixed(1));
}
const imported = (name: string) => median(name, (run) => run.imported.ms);
console.log("Medians, in milliseconds; of a processor, unless it says otherwise:");
console.table(
  Object.fromEntries(
    targets.map(({ name, bytes }) => [
      name,
      {
        "read at start (KB)": Math.round(bytes / 1024),
        "import, over empty, by the clock": Number((imported(name) - imported("empty handler")).toFixed(1)),
        import: median(name, (run) => run.imported.processorMs),
        "first message": median(name, (run) => run.answered.processorMs),
        both: median(name, (run) => run.imported.processorMs + run.answered.processorMs),
        "first message, held to the share of its memory, by the clock": median(name, (run) => run.held.ms),
      },
    ]),
  ),
);
