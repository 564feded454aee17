import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Load, loads, play, warmUp } from "./processor.ts";
import type { Stage } from "./stage.ts";

/** What V8 writes, and DevTools reads: the functions, and which of them ran at each sample. */
type CpuProfile = {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[];
  samples: number[];
  /** Microseconds. */
  timeDeltas: number[];
};

/** What a stage's functions did while one load was played. */
export type Profiled = {
  title: string;
  load: Load;
  files: string[];
  /** Self time of an answer by package, milliseconds; the longest first. */
  selfTimes: [name: string, ms: number][];
};

/** Plays both loads, and writes a .cpuprofile of each function for each. */
export async function profileStage(stage: Stage, directory: string): Promise<Profiled[]> {
  const { contestant, ingress, worker } = stage;
  const profiled: Profiled[] = [];
  await warmUp(stage);
  for (const load of ["alone", "tens"] as const) {
    const ofWorker: object[] = [];
    const ofIngress = await ingress.profile(async () => {
      const run = () => play(stage, loads[load]);
      if (worker === ingress) await run();
      else ofWorker.push(...(await worker.profile(run)));
    });
    const files: string[] = [];
    const into = join(directory, load);
    await mkdir(into, { recursive: true });
    for (const [name, profiles] of Object.entries({ ingress: ofIngress, worker: ofWorker })) {
      for (const [n, one] of profiles.entries()) {
        const file = join(into, `${contestant.name}-${name}-${n}.cpuprofile`);
        await writeFile(file, JSON.stringify(one));
        files.push(file);
      }
    }
    const answers = loads[load].chats * loads[load].turns;
    const times = await selfTimes([...ofIngress, ...ofWorker] as CpuProfile[]);
    profiled.push({
      ...{ title: contestant.title, load, files },
      selfTimes: times.map(([name, ms]) => [name, ms / answers]),
    });
  }
  return profiled;
}

export function printSelfTimes(profiles: readonly Profiled[]): void {
  for (const { title, load, files, selfTimes } of profiles) {
    console.log(`\n${title}, ${load}: self time of an answer by package, as the profiler sees it (ms)`);
    for (const [name, ms] of selfTimes.slice(0, 25)) console.log(`${ms.toFixed(3).padStart(8)}  ${name}`);
    for (const file of files) console.log(file);
  }
}

async function selfTimes(profiles: readonly CpuProfile[]): Promise<Profiled["selfTimes"]> {
  const times = new Map<string, number>();
  for (const { nodes, samples, timeDeltas } of profiles) {
    const names = new Map<number, string>();
    for (const { id, callFrame } of nodes) names.set(id, await packageOf(callFrame));
    for (const [n, id] of samples.entries()) {
      const name = names.get(id)!;
      times.set(name, (times.get(name) ?? 0) + (timeDeltas[n] ?? 0) / 1000);
    }
  }
  // The profiler itself.
  times.delete("node:inspector");
  times.delete("(idle)");
  return [...times].sort(([, a], [, b]) => b - a);
}

/** A module begins with a comment that names it, in a bundle that is not minified: `// node_modules/openai/client.mjs`. */
const moduleComment = /^\s*\/\/ ((?:\S*\/)?node_modules\/\S+|packages\/\S+|\S+[.]config[.]ts)$/;
const modules = new Map<string, Promise<(string | undefined)[]>>();

async function packageOf({ url, functionName, lineNumber }: CpuProfile["nodes"][number]["callFrame"]) {
  if (url === "") return functionName.startsWith("(") ? functionName : "(native)";
  if (!url.startsWith("file:")) return url;
  if (!modules.has(url)) modules.set(url, readModules(fileURLToPath(url)));
  const module = (await modules.get(url)!)[lineNumber] ?? "(bundle)";
  const [, name] =
    /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(module) ??
    /^(packages\/[^/]+\/[^/]+\/[^/]+)/.exec(module) ??
    [];
  return name ?? module;
}

/** @returns the module of each line */
async function readModules(file: string): Promise<(string | undefined)[]> {
  let module: string | undefined;
  return (await readFile(file, "utf8")).split("\n").map((line) => {
    module = moduleComment.exec(line)?.[1] ?? module;
    return module;
  });
}
