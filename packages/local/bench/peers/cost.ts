import { aws } from "../../../simulation/src/load/prices.ts";
import { memoryOf } from "./contestants.ts";
import type { Units } from "./meter.ts";
import { round } from "./numbers.ts";

import type { Stage } from "./stage.ts";
import { ask, newUsers, speak } from "./talk.ts";

/** Of an answer of a model that takes so long, with so many chats in its batch. */
export type Cost = {
  modelS: number;
  chats: number;
  /** US dollars for a million answers: AWS alone, neither tokens nor LINE's messages. */
  dollars: number;
  ofIt: { lambda: number; dynamodb: number; sqs: number };
};

/** Turns in the memory before one is measured, and turns that are measured: about one window of Henji's, with its fold. */
const before = 60;
const measured = 40;

/** Capacity units of one answer in a long conversation. Needs a stage that is metered. */
export async function measureUnits(stage: Stage): Promise<Units> {
  speak(stage);
  stage.modelTakes(0);
  const users = newUsers(stage, 5);
  for (let turn = 0; turn < before; turn += 1) await ask(stage, users);
  const from = { ...stage.units() };
  for (let turn = 0; turn < measured; turn += 1) await ask(stage, users);
  const to = stage.units();
  const each = (units: keyof Units) => round((to[units] - from[units]) / (measured * users.length), 2);
  return { read: each("read"), write: each("write") };
}

/** Warm answers to users who are known, with the requests that they really take. */
export async function measureCost(
  stage: Stage,
  units: Units,
  { modelS, chats }: Pick<Cost, "modelS" | "chats">,
): Promise<Cost> {
  const users = newUsers(stage, chats);
  stage.modelTakes(0);
  await ask(stage, users);
  stage.modelTakes(modelS * 1000);
  const from = await used(stage);
  await ask(stage, users);
  const to = await used(stage);

  const gb = (mb: number) => mb / 1024;
  const { ingressMb, workerMb } = memoryOf(stage.contestant);
  const lambda =
    (((to.ingressMs - from.ingressMs) * gb(ingressMb) + (to.workerMs - from.workerMs) * gb(workerMb)) /
      1000) *
      aws.lambdaGbSecond +
    (to.invocations - from.invocations) * aws.lambdaRequest;
  // One receive and one delete of the batch by the event source.
  const ofQueue = stage.worker === stage.ingress ? 0 : 2;
  const sqs = (to.sqs - from.sqs + ofQueue) * aws.fifoRequest;
  const dynamodb = units.read * aws.readUnit + units.write * aws.writeUnit;
  const million = (dollars: number) => round(dollars * 1e6, 2);
  return {
    ...{ modelS, chats },
    dollars: million((lambda + sqs) / chats + dynamodb),
    ofIt: { lambda: million(lambda / chats), dynamodb: million(dynamodb), sqs: million(sqs / chats) },
  };
}

async function used({ ingress, worker, services }: Stage) {
  const both = worker === ingress ? [ingress] : [ingress, worker];
  const reports = (await Promise.all(both.map((one) => one.reports()))).flat();
  const sqs = reports.flatMap(({ requests }) =>
    Object.entries(requests).flatMap(([origin, count]) => (services[origin] === "SQS" ? count : [])),
  );
  return {
    ingressMs: ingress.billed().ms,
    workerMs: worker === ingress ? 0 : worker.billed().ms,
    invocations: both.reduce((sum, one) => sum + one.billed().invocations, 0),
    sqs: sqs.reduce((sum, count) => sum + count, 0),
  };
}
