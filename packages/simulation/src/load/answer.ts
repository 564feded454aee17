import { worker } from "@henji/core/settings";
import type { Random } from "../random.ts";

/** What an answer takes on average. A test compares the measured figures with docs/cost.md. */
export const answer = {
  /** `npm run bench:context`: all conversations together. */
  inputTokens: 3_969,
  cachedShare: 0.94,
  outputTokens: 85,
  /** A fold each 37.5 turns: it reads the turns that leave the window and the old notes, and writes new ones. */
  foldsPerAnswer: 1 / 37.5,
  foldInputTokens: 4_600,
  foldOutputTokens: 400,
  /** `npm run bench:memory`: in a long chat. */
  readUnits: 15.5,
  writeUnits: 3.4,
  /** Log lines of both functions. */
  logBytes: 1_500,
} as const;

export const tokensPerAnswer =
  answer.inputTokens +
  answer.outputTokens +
  answer.foldsPerAnswer * (answer.foldInputTokens + answer.foldOutputTokens);

/** OpenAI: cached beginnings are kept for ten minutes or so. A question that comes later writes its whole input anew. */
export const cacheLivesMs = 10 * 60_000;

export type ModelSpeed = { medianMs: number; p99Ms: number };

/** Of a small model without reasoning. Assumed: the dashboard shows what yours takes (`ModelMs`). */
export const assumedSpeed: ModelSpeed = { medianMs: 3_000, p99Ms: 15_000 };

/** Log-normal, as response times are: most are near the median, few are far above it. */
export function createModelMs({ medianMs, p99Ms }: ModelSpeed): (random: Random) => number {
  const deviation = Math.log(p99Ms / medianMs) / 2.326;
  return (random) => medianMs * Math.exp(deviation * normal(random));
}

function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}

/** Milliseconds of the steps around the model: those of the simulated world's network. */
export const around = {
  webhookMs: 170,
  /** Claim and memory, and beside them the user's name. */
  beforeMs: (random: Random) => random.int(40, 400),
  /** Store the answer, send it. */
  afterMs: (random: Random) => random.int(22, 216),
  /** Hear that it was sent, mark it as delivered. */
  finishMs: (random: Random) => random.int(22, 216),
};

/** Seconds for which a full batch keeps a worker: its slowest answer. The mean of many, drawn with `random`. */
export function fullBatchS(
  modelMs: (random: Random) => number,
  random: Random,
  size: number = worker.batchSize,
) {
  const rounds = 2_000;
  let sum = 0;
  for (let round = 0; round < rounds; round += 1) {
    let slowest = 0;
    for (let n = 0; n < size; n += 1)
      slowest = Math.max(
        slowest,
        around.beforeMs(random) + modelMs(random) + around.afterMs(random) + around.finishMs(random),
      );
    sum += slowest;
  }
  return sum / rounds / 1000;
}
