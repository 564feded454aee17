import type { Bundles } from "./bundle.ts";
import type { Contestant } from "./contestants.ts";
import { type Cost, measureCost, measureUnits } from "./cost.ts";
import { createGates, drawPlan, type Outcome, playPlan } from "./faults.ts";
import { type Cold, type Memory, measureCold, measureMemory } from "./footprint.ts";
import type { Units } from "./meter.ts";
import { type Load, measureProcessor, type Processor } from "./processor.ts";
import { type Profiled, profileStage } from "./profile.ts";
import { type Stage, type StageOptions, startStage } from "./stage.ts";
import { type Idle, measureIdle, measureTen, type Ten } from "./timing.ts";

export const parts = ["memory", "processor", "idle", "cold", "ten", "cost", "faults"] as const;
export type Part = (typeof parts)[number];

export type Size = {
  /** Of the processor and of the idle message. */
  rounds: number;
  coldRuns: number;
  /** Answers before memory is looked at. */
  answers: number;
  /** Of the model, while ten wait for it. */
  tenModelS: number;
  costModelS: readonly number[];
  faults: { chats: number; questions: number; everyMs: number; endsAfterMs: number };
};

const MINUTE = 60_000;
export const sizes: Record<"full" | "quick", Size> = {
  full: {
    ...{ rounds: 5, coldRuns: 15, answers: 1_000, tenModelS: 6, costModelS: [2, 6, 20] },
    faults: { chats: 12, questions: 10, everyMs: 12_000, endsAfterMs: 20 * MINUTE },
  },
  quick: {
    ...{ rounds: 2, coldRuns: 5, answers: 200, tenModelS: 2, costModelS: [2] },
    faults: { chats: 6, questions: 5, everyMs: 6_000, endsAfterMs: 10 * MINUTE },
  },
};

/** Of one contestant: the parts that were measured. */
export type Result = {
  title: string;
  processor?: Record<Load, Processor>;
  memory?: Memory;
  idle?: Idle;
  cold?: Cold;
  ten?: Ten;
  units?: Units;
  cost?: Cost[];
  faults?: Outcome & { questions: number; faulty: number };
};

export type Results = {
  size: Size;
  seed: string;
  contestants: Record<string, Result>;
  profiles?: Profiled[];
};

export type MeasureOptions = {
  parts: readonly Part[];
  size: Size;
  seed: string;
  /** How often LINE delivers an event again that was not answered 200. */
  redeliveries: number;
  log(what: string): void;
  /** A directory for profiles. */
  profileInto?: string;
};

/** Measures the contestants, each with stand-ins of its own, one part after another. */
export async function measure(
  contestants: readonly Contestant[],
  bundles: Bundles,
  { parts: chosen, size, seed, redeliveries, log, profileInto }: MeasureOptions,
): Promise<Results> {
  const results = new Map(contestants.map(({ name, title }) => [name, { title } as Result]));
  const of = ({ contestant }: Stage) => results.get(contestant.name)!;
  const start = (contestant: Contestant, own?: StageOptions) => startStage(contestant, bundles, own);
  const startAll = (own?: StageOptions) =>
    Promise.all(contestants.map((contestant) => start(contestant, own)));
  const stopAll = (stages: readonly Stage[]) => Promise.all(stages.map((stage) => stage.stop()));
  const profiles: Profiled[] = [];

  if (chosen.some((part) => part !== "cost" && part !== "faults")) {
    const stages = await startAll();
    if (chosen.includes("memory")) {
      for (const stage of stages) {
        log(`memory: ${size.answers} answers, ${stage.contestant.title}`);
        of(stage).memory = await measureMemory(stage, size.answers);
      }
    }
    if (chosen.includes("processor")) {
      const measured = await measureProcessor(stages, { rounds: size.rounds, log });
      for (const stage of stages) of(stage).processor = measured.get(stage.contestant.name)!;
    }
    if (profileInto !== undefined) {
      for (const stage of stages) profiles.push(...(await profileStage(stage, profileInto)));
    }
    if (chosen.includes("idle")) {
      const measured = await measureIdle(stages, { rounds: size.rounds, log });
      for (const stage of stages) of(stage).idle = measured.get(stage)!;
    }
    if (chosen.includes("cold")) {
      const measured = await measureCold(stages, { runs: size.coldRuns, log });
      for (const stage of stages) of(stage).cold = measured.get(stage)!;
    }
    if (chosen.includes("ten")) {
      log(`ten chats at once, with a model that takes ${size.tenModelS} s`);
      await Promise.all(
        stages.map(async (stage) => {
          of(stage).ten = await measureTen(stage, size.tenModelS);
        }),
      );
    }
    await stopAll(stages);
  }

  if (chosen.includes("cost")) {
    const stages = await startAll({ isMetered: true });
    for (const stage of stages) {
      log(`cost: capacity units, ${stage.contestant.title}`);
      of(stage).units = await measureUnits(stage);
      of(stage).cost = [];
    }
    const loads = [
      ...size.costModelS.map((modelS) => ({ modelS, chats: 1 })),
      { modelS: size.tenModelS, chats: 10 },
    ];
    for (const load of loads) {
      log(`cost: ${load.chats} at a time, with a model that takes ${load.modelS} s`);
      await Promise.all(
        stages.map(async (stage) => {
          const { units, cost } = of(stage);
          cost!.push(await measureCost(stage, units!, load));
        }),
      );
    }
    await stopAll(stages);
  }

  if (chosen.includes("faults")) {
    const { chats, questions, everyMs, endsAfterMs } = size.faults;
    log(`faults: ${chats} chats with ${questions} questions each, at most ${endsAfterMs / MINUTE} minutes`);
    await Promise.all(
      contestants.map(async (contestant) => {
        const plan = drawPlan(seed, chats, questions);
        const gates = createGates(plan);
        const stage = await start(contestant, { gates });
        gates.attach(stage);
        const outcome = await playPlan(stage, plan, gates, { everyMs, endsAfterMs, redeliveries });
        of(stage).faults = { ...outcome, questions: chats * questions, faulty: plan.faults.size };
        log(`faults: ${contestant.title} is done`);
        await stage.stop();
      }),
    );
  }
  return {
    ...{ size, seed, contestants: Object.fromEntries(results) },
    ...(profiles.length > 0 && { profiles }),
  };
}
