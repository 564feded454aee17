import { ingress, worker } from "@henji/core/settings";

/** A bot that is measured: the functions that it consists of, by the files of their handlers. */
export type Contestant = {
  name: string;
  title: string;
  /** Of its Function URL. */
  ingress: string;
  /** Of its queue; without one it answers inside the webhook. */
  worker?: string;
};

const peers = "packages/local/bench/peers";

/** The second is what the others are compared with. */
export const contestants = [
  {
    name: "henji",
    title: "Henji",
    ingress: "packages/functions/src/ingress",
    worker: "packages/functions/src/worker",
  },
  {
    name: "queue",
    title: "the usual queue worker",
    ingress: `${peers}/enqueue`,
    worker: `${peers}/queue-worker`,
  },
  {
    name: "powertools",
    title: "queue worker with Powertools",
    ingress: `${peers}/enqueue`,
    worker: `${peers}/powertools-worker`,
  },
  { name: "echo", title: "echo bot, no queue", ingress: `${peers}/echo-bot` },
] as const satisfies Contestant[];

/** Of its functions, MB: who asks the model has as much as Henji's worker, who does not as much as its ingress. */
export function memoryOf({ worker: file }: Contestant): { ingressMb: number; workerMb: number } {
  const workerMb = worker.memoryMb;
  return { ingressMb: file === undefined ? workerMb : ingress.memoryMb, workerMb };
}

export const baseline = "queue";
