// What a cold start of each function costs before its first event: size, and time to import, in fresh processes.
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { contents, environmentOf } from "../test/synth/contents.ts";
import { root, synthesize } from "../test/synth/template.ts";

const { values } = parseArgs({
  options: { runs: { type: "string", default: "25" }, help: { type: "boolean", default: false } },
});
if (values.help) {
  console.log("npm run bench:cold -- [--runs 25]   fresh processes for each function, taken in turn");
  process.exit(0);
}

const template = await synthesize("bench");
const empty = await mkdtemp(join(tmpdir(), "henji-cold-"));
await writeFile(join(empty, "bundle.mjs"), "export const handler = async () => {};\n");

const targets = [
  { name: "empty handler", directory: empty, environment: {}, bytes: 0 },
  ...(await Promise.all(
    template.bundles.map(async (bundle) => ({
      name: bundle.functionId.toLowerCase(),
      directory: join(root, bundle.directory),
      environment: environmentOf(template, bundle),
      bytes: (await contents(bundle)).startup.bytes,
    })),
  )),
];

/** Milliseconds to import the bundle in a process that has done nothing else. */
async function coldImport({ directory, environment }: (typeof targets)[number]): Promise<number> {
  const script = `const startedAt = performance.now(); await import("./bundle.mjs"); console.log(performance.now() - startedAt); process.exit();`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script], {
    cwd: directory,
    env: { ...environment, AWS_REGION: "ap-northeast-1", PATH: process.env.PATH },
  });
  return Number(stdout);
}

const times = new Map(targets.map(({ name }) => [name, [] as number[]]));
for (let run = 0; run < Number(values.runs); run += 1) {
  // In turn, so that other load on the machine affects all alike.
  for (const target of targets) times.get(target.name)!.push(await coldImport(target));
}
await rm(empty, { recursive: true });

const median = (name: string) => times.get(name)!.sort((a, b) => a - b)[Math.floor(Number(values.runs) / 2)]!;
const baseline = median("empty handler");
console.table(
  targets.map(({ name, bytes }) => ({
    function: name,
    "read at start (KB)": Math.round(bytes / 1024),
    "median import (ms)": Number(median(name).toFixed(1)),
    "over empty (ms)": Number((median(name) - baseline).toFixed(1)),
  })),
);
