import type { Bot } from "@henji/core/bot";
import type { Capacity } from "@henji/core/capacity";
import { answer } from "./answer.ts";
import { aws } from "./prices.ts";

/** How long ingress takes for a webhook. Assumed; measured on a laptop it is less. */
const ingressMs = 20;

/** What was done, and is paid for. */
export type Work = {
  webhooks: number;
  answers: number;
  /** Of the answers: those whose chat's beginning the prompt cache knew no more. */
  cold: number;
  invocations: number;
  workerMs: number;
  deletes: number;
  renewals: number;
};

export type Cost = { model: number; lambda: number; table: number; queue: number; logs: number };

export function costOf(work: Work, { model: { prices } }: Bot, { worker, ingress }: Capacity): Cost {
  const million = 1e6;
  const { inputTokens, cachedShare, outputTokens, foldsPerAnswer } = answer;
  const warm = cachedShare * prices.cachedInput + (1 - cachedShare) * prices.cacheWrite;
  const input = inputTokens * ((work.answers - work.cold) * warm + work.cold * prices.cacheWrite);
  const output = work.answers * outputTokens * prices.output;
  const folds = work.answers * foldsPerAnswer;
  const notes = folds * (answer.foldInputTokens * prices.input + answer.foldOutputTokens * prices.output);
  const gbSeconds =
    (work.workerMs * worker.memoryMb + work.webhooks * ingressMs * ingress.memoryMb) / 1000 / 1024;
  const requests = work.webhooks + 2 * work.invocations + work.deletes + work.renewals;
  return {
    model: (input + output + notes) / million,
    lambda: gbSeconds * aws.lambdaGbSecond + (work.webhooks + work.invocations) * aws.lambdaRequest,
    table: work.answers * (answer.readUnits * aws.readUnit + answer.writeUnits * aws.writeUnit),
    queue: requests * aws.fifoRequest,
    logs: work.answers * answer.logBytes * aws.logByte,
  };
}

export const sumOf = (cost: Cost) => Object.values(cost).reduce((sum, part) => sum + part, 0);
