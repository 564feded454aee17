import { median, round } from "./numbers.ts";
import type { Stage } from "./stage.ts";
import { ask, newUsers, speak } from "./talk.ts";

/** Milliseconds to load the handlers in a process that has done nothing else; the first message waits for both. */
export type Cold = { ingressMs: number; workerMs: number | undefined; sumMs: number };

/** Fresh processes, the contestants in turn. */
export async function measureCold(
  stages: readonly Stage[],
  { runs, log }: { runs: number; log(what: string): void },
): Promise<Map<Stage, Cold>> {
  const times = new Map(stages.map((stage) => [stage, { ingress: [] as number[], worker: [] as number[] }]));
  log(`cold import: ${runs} processes of each function`);
  for (let n = 0; n < runs; n += 1) {
    for (const stage of stages) {
      const { ingress, worker } = times.get(stage)!;
      ingress.push(await stage.ingress.coldImport());
      if (stage.worker !== stage.ingress) worker.push(await stage.worker.coldImport());
    }
  }
  return new Map(
    [...times].map(([stage, { ingress, worker }]) => {
      const ingressMs = round(median(ingress), 0);
      const workerMs = worker.length === 0 ? undefined : round(median(worker), 0);
      return [stage, { ingressMs, workerMs, sumMs: ingressMs + (workerMs ?? 0) }];
    }),
  );
}

/** Of the process that asks the model: `usedMb` is what V8 holds after it has collected its garbage. */
export type Memory = { residentMb: number; usedMb: number };

export async function measureMemory(stage: Stage, answers: number): Promise<Memory> {
  speak(stage);
  stage.modelTakes(0);
  const chats = 10;
  const users = newUsers(stage, chats);
  for (let turn = 0; turn < answers / chats; turn += 1) await ask(stage, users);
  const reports = await stage.worker.reports({ isCollected: true });
  const most = (pick: (report: (typeof reports)[number]) => number) =>
    round(Math.max(...reports.map(pick)), 0);
  return { residentMb: most(({ rssMb }) => rssMb), usedMb: most(({ usedMb }) => usedMb) };
}
