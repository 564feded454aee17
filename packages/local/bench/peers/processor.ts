import { baseline } from "./contestants.ts";
import { median, round } from "./numbers.ts";
import type { Stage } from "./stage.ts";
import { ask, newUsers, speak } from "./talk.ts";

export type ProcessorOptions = {
  /** Each round asks every contestant, in turn. */
  rounds: number;
  log(what: string): void;
};

/** Of one answer. */
type Used = { workerMs: number; ingressMs: number; requests: Record<string, number> };

export type Processor = {
  /** User and system time of the contestant's processes, milliseconds an answer: the median round. */
  cpuMs: number;
  workerMs: number;
  ingressMs: number;
  /** To that of the usual queue worker in the same round: the median round. */
  ratio: number | undefined;
  /** Requests an answer, by service. */
  requests: Record<string, number>;
};

/** `alone`: a message at a time; `tens`: ten chats in one webhook, and so in one batch. */
export type Load = "alone" | "tens";

export const loads: Record<Load, { chats: number; turns: number }> = {
  alone: { chats: 1, turns: 20 },
  tens: { chats: 10, turns: 6 },
};

/** So long that everything that is done beside the model is done. */
const MODEL_MS = 400;

/** What an answer takes of the processor, warm, in the contestant's own processes. */
export async function measureProcessor(
  stages: readonly Stage[],
  { rounds, log }: ProcessorOptions,
): Promise<Map<string, Record<Load, Processor>>> {
  log("processor: warming up");
  await Promise.all(stages.map(warmUp));

  const used = new Map(
    stages.map(({ contestant }) => [contestant.name, { alone: [], tens: [] } as Record<Load, Used[]>]),
  );
  for (let n = 1; n <= rounds; n += 1) {
    for (const load of ["alone", "tens"] as const) {
      for (const stage of stages) {
        log(`processor: round ${n} of ${rounds}, ${load}, ${stage.contestant.title}`);
        used.get(stage.contestant.name)![load].push(await measure(stage, loads[load]));
      }
    }
  }
  const base = used.get(baseline);
  return new Map(
    [...used].map(([name, own]) => [
      name,
      { alone: summarize(own.alone, base?.alone), tens: summarize(own.tens, base?.tens) },
    ]),
  );
}

export async function warmUp(stage: Stage): Promise<void> {
  speak(stage);
  stage.modelTakes(20);
  await play(stage, { chats: 10, turns: 30 });
  stage.modelTakes(MODEL_MS);
  await play(stage, loads.tens);
}

/** New users, who each write so many messages, all of them at a time. */
export async function play(stage: Stage, { chats, turns }: { chats: number; turns: number }): Promise<void> {
  const users = newUsers(stage, chats);
  for (let turn = 0; turn < turns; turn += 1) await ask(stage, users);
}

async function measure(stage: Stage, load: { chats: number; turns: number }): Promise<Used> {
  const before = await total(stage);
  await play(stage, load);
  const after = await total(stage);
  const answers = load.chats * load.turns;
  const requests: Record<string, number> = {};
  for (const [origin, count] of Object.entries(after.requests)) {
    const service = stage.services[origin] ?? origin;
    requests[service] = (count - (before.requests[origin] ?? 0)) / answers;
  }
  return {
    workerMs: (after.workerMs - before.workerMs) / answers,
    ingressMs: (after.ingressMs - before.ingressMs) / answers,
    requests,
  };
}

async function total({ ingress, worker }: Stage): Promise<Used> {
  const ofIngress = await ingress.reports();
  const ofWorker = worker === ingress ? [] : await worker.reports();
  const requests: Record<string, number> = {};
  for (const report of [...ofIngress, ...ofWorker]) {
    for (const [origin, count] of Object.entries(report.requests))
      requests[origin] = (requests[origin] ?? 0) + count;
  }
  const sum = (reports: typeof ofWorker) => reports.reduce((all, { cpuMs }) => all + cpuMs, 0);
  return { workerMs: sum(ofWorker), ingressMs: sum(ofIngress), requests };
}

function summarize(own: readonly Used[], base: readonly Used[] | undefined): Processor {
  const cpu = ({ workerMs, ingressMs }: Used) => workerMs + ingressMs;
  return {
    cpuMs: round(median(own.map(cpu)), 2),
    workerMs: round(median(own.map(({ workerMs }) => workerMs)), 2),
    ingressMs: round(median(own.map(({ ingressMs }) => ingressMs)), 2),
    ratio: base && round(median(own.map((one, n) => cpu(one) / cpu(base[n]!))), 2),
    requests: Object.fromEntries(
      Object.keys(own[0]!.requests)
        .sort()
        .map((service) => [service, round(median(own.map(({ requests }) => requests[service] ?? 0)), 2)]),
    ),
  };
}
