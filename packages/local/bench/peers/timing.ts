import { percentile, round } from "./numbers.ts";
import type { Stage } from "./stage.ts";
import { ask, newUsers, speak } from "./talk.ts";

/** What ten users wait for, who write at the same moment. */
export type Ten = { modelS: number; lastAnswerS: number };

/** Ten chats in one webhook, and so in one batch. */
export async function measureTen(stage: Stage, modelS: number): Promise<Ten> {
  speak(stage);
  const users = newUsers(stage, 10);
  stage.modelTakes(0);
  await ask(stage, users);
  stage.modelTakes(modelS * 1000);
  return { modelS, lastAnswerS: round((await ask(stage, users)) / 1000, 1) };
}

/** From the webhook to the answer, less the model, milliseconds. */
export type Idle = { p50Ms: number; p99Ms: number };

const IDLE_MODEL_MS = 20;

/** One message at a time, while nothing else is to be done; the contestants in turn. */
export async function measureIdle(
  stages: readonly Stage[],
  { rounds, log }: { rounds: number; log(what: string): void },
): Promise<Map<Stage, Idle>> {
  const times = new Map(stages.map((stage) => [stage, [] as number[]]));
  for (let n = 0; n <= rounds; n += 1) {
    log(`one idle message: round ${n} of ${rounds}`);
    for (const stage of stages) {
      speak(stage);
      stage.modelTakes(IDLE_MODEL_MS);
      for (const user of newUsers(stage, 10)) {
        // The second of each: the first also makes the user known.
        await ask(stage, [user]);
        for (let turn = 0; turn < 2; turn += 1) {
          const tookMs = await ask(stage, [user]);
          // The first round warms up.
          if (n > 0) times.get(stage)!.push(tookMs - IDLE_MODEL_MS);
        }
      }
    }
  }
  return new Map(
    [...times].map(([stage, all]) => [
      stage,
      { p50Ms: round(percentile(all, 0.5), 1), p99Ms: round(percentile(all, 0.99), 1) },
    ]),
  );
}
