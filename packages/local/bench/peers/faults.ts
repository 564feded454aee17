// The same faults for everybody: what happens to a question is drawn once, from the seed.
import { setTimeout as wait } from "node:timers/promises";
import { createRandom } from "@henji/simulation";
import { textOf } from "../../src/answers.ts";
import { percentile, round } from "./numbers.ts";
import type { Stage, StageOptions } from "./stage.ts";
import { newUsers } from "./talk.ts";

/** What happens to a question, once. */
type Fault =
  /** The model answers so many requests with this status. */
  | { kind: "model-fails"; status: 429 | 500 | 503; times: number }
  /** The model has answered, and the connection breaks. */
  | { kind: "model-lost" }
  /** LINE refuses the answer once, without effect. */
  | { kind: "line-fails"; status: 429 | 500 }
  /** LINE has sent the answer, and the connection breaks. */
  | { kind: "line-lost" }
  /** The process is killed: when the model has answered, before LINE has the answer, or right after. */
  | { kind: "killed"; at: "model-answered" | "before-sending" | "after-sending" }
  /** The webhook comes twice, and so does the queue's batch. */
  | { kind: "twice" };

const drawn: readonly Fault[] = [
  { kind: "model-fails", status: 500, times: 1 },
  { kind: "model-fails", status: 429, times: 2 },
  { kind: "model-fails", status: 503, times: 4 },
  { kind: "model-lost" },
  { kind: "line-fails", status: 500 },
  { kind: "line-fails", status: 429 },
  { kind: "line-lost" },
  { kind: "line-lost" },
  { kind: "killed", at: "model-answered" },
  { kind: "killed", at: "before-sending" },
  { kind: "killed", at: "after-sending" },
  { kind: "killed", at: "after-sending" },
  { kind: "twice" },
  { kind: "twice" },
];

export type Plan = {
  chats: number;
  /** Of each chat. */
  questions: number;
  /** By the number of the question, from 0 on. */
  faults: ReadonlyMap<number, Fault>;
};

/** Every fault at least once if there are questions enough; a third of them have one. */
export function drawPlan(seed: string, chats: number, questions: number): Plan {
  const random = createRandom(seed);
  const faults = new Map<number, Fault>();
  const count = chats * questions;
  for (let n = 0; n < count / 3; n += 1) {
    let question = random.int(0, count - 1);
    while (faults.has(question)) question = (question + 1) % count;
    faults.set(question, drawn[n % drawn.length]!);
  }
  return { chats, questions, faults };
}

export type Outcome = {
  answered: number;
  /** Questions that were answered more than once. */
  doubled: number;
  /** Questions without an answer in the end that the dead-letter queue has, for an operator. */
  parked: number;
  /** Questions without an answer in the end, of which nobody is told. */
  lost: number;
  /** The answers of each chat in which they did not come in the order of the questions. */
  disordered: number[][];
  /** Requests to the model for each question. */
  modelCalls: number;
  /** Seconds from a question to its answer: half of them wait no longer, nine in ten, and all. */
  waitsS: { p50: number; p90: number; longest: number };
  /** What had happened to those that were not answered once; nothing, if they only were in the same batch. */
  details: { question: number; answers: number; fault: Fault | undefined }[];
};

export type PlanGates = NonNullable<StageOptions["gates"]> & {
  /** Whose worker is killed. */
  attach(stage: Stage): void;
  /** Requests to the model so far. */
  modelCalls(): number;
};

/** What stands between a contestant and the model, LINE and the queue while the plan is played. */
export function createGates(plan: Plan): PlanGates {
  /** How often a fault is still to happen. */
  const left = new Map(
    [...plan.faults].map(([n, fault]) => [n, fault.kind === "model-fails" ? fault.times : 1]),
  );
  let stage: Stage;
  let modelCalls = 0;

  function take<Kind extends Fault["kind"]>(question: number | undefined, kind: Kind) {
    const fault = question === undefined ? undefined : plan.faults.get(question);
    if (fault?.kind !== kind || !left.get(question!)) return undefined;
    left.set(question!, left.get(question!)! - 1);
    return fault as Extract<Fault, { kind: Kind }>;
  }
  const killedAt = (question: number | undefined, at: Extract<Fault, { kind: "killed" }>["at"]) => {
    const fault = question === undefined ? undefined : plan.faults.get(question);
    if (fault?.kind !== "killed" || fault.at !== at || !take(question, "killed")) return false;
    stage.worker.kill((event) => questionsOf(event).includes(question!));
    return true;
  };

  return {
    attach(one) {
      stage = one;
    },
    modelCalls: () => modelCalls,
    async model(request, next) {
      const question = numbersIn(await request.clone().text(), "question").at(-1);
      modelCalls += 1;
      const failure = take(question, "model-fails");
      if (failure) return Response.json({ error: { message: "of the plan" } }, { status: failure.status });
      const response = await next(request);
      if (take(question, "model-lost") || killedAt(question, "model-answered")) throw new Error("lost");
      return response;
    },
    async line(request, next) {
      const isSending = /\/message\/(reply|push)$/.test(new URL(request.url).pathname);
      const question = isSending ? numbersIn(await request.clone().text(), "answer").at(-1) : undefined;
      const failure = take(question, "line-fails");
      if (failure) return Response.json({ message: "of the plan" }, { status: failure.status });
      if (killedAt(question, "before-sending")) throw new Error("killed");
      const response = await next(request);
      if (take(question, "line-lost") || killedAt(question, "after-sending")) throw new Error("lost");
      return response;
    },
    isDeliveredAgain: (event) => questionsOf(event).some((question) => take(question, "twice")),
  };
}

const MODEL_MS = 500;

/** Plays the plan: the users write whether they have an answer or not. */
export async function playPlan(
  stage: Stage,
  plan: Plan,
  gates: Pick<PlanGates, "modelCalls">,
  { everyMs, endsAfterMs, redeliveries }: { everyMs: number; endsAfterMs: number; redeliveries: number },
): Promise<Outcome> {
  const { line, model } = stage;
  stage.modelTakes(MODEL_MS);
  model.answerWith(({ messages }) => messages.at(-1)?.text.replace("question", "answer") ?? "");
  const users = newUsers(stage, plan.chats);
  const sentAt = new Map<number, number>();
  const waits: number[] = [];
  const seen = new Map<number, number>();
  const unsubscribe = line.subscribe((change) => {
    if (change.type !== "message" || change.entry.by === "user") return;
    for (const n of numbersIn(textOf(change.entry), "answer")) {
      seen.set(n, (seen.get(n) ?? 0) + 1);
      if (seen.get(n) === 1) waits.push(performance.now() - sentAt.get(n)!);
    }
  });

  const startedAt = performance.now();
  await Promise.all(
    users.map(async (from, chat) => {
      await wait((chat * everyMs) / users.length);
      for (let turn = 0; turn < plan.questions; turn += 1) {
        const n = turn * plan.chats + chat;
        const duplicates = plan.faults.get(n)?.kind === "twice" ? 1 : 0;
        sentAt.set(n, performance.now());
        const redeliver = { times: redeliveries, delayMs: 2_000 };
        void line.deliver([line.say({ from, text: `question ${n}` })], { redeliver, duplicates });
        await wait(everyMs);
      }
    }),
  );
  const count = plan.chats * plan.questions;
  while (performance.now() - startedAt < endsAfterMs) {
    // A moment more: what comes twice comes late.
    if (seen.size === count && (await stage.isQuiet())) break;
    if (await stage.isQuiet()) {
      await wait(5_000);
      if (await stage.isQuiet()) break;
    }
    await wait(500);
  }
  unsubscribe();
  const orders = users.map((user) => [
    ...new Set(
      line.timeline(user).flatMap((entry) => (entry.by === "user" ? [] : numbersIn(textOf(entry), "answer"))),
    ),
  ]);
  const disordered = orders.filter((order) => order.some((n, index) => n < (order[index - 1] ?? -1)));
  const seconds = (share: number) => round(percentile(waits, share) / 1000, 1);
  const details = [...sentAt.keys()]
    .map((question) => ({ question, answers: seen.get(question) ?? 0, fault: plan.faults.get(question) }))
    .filter(({ answers }) => answers !== 1);
  const parked = (await stage.deadLetters()).flatMap((body) => numbersIn(body, "question"));
  const unanswered = details.filter(({ answers }) => answers === 0);
  const lost = unanswered.filter(({ question }) => !parked.includes(question));
  return {
    answered: seen.size,
    doubled: details.length - unanswered.length,
    parked: unanswered.length - lost.length,
    lost: lost.length,
    disordered,
    modelCalls: gates.modelCalls() / count,
    waitsS: { p50: seconds(0.5), p90: seconds(0.9), longest: seconds(1) },
    details,
  };
}

function numbersIn(text: string, word: "question" | "answer"): number[] {
  return [...text.matchAll(new RegExp(`${word} (\\d+)`, "g"))].map(([, n]) => Number(n));
}

/** Of a webhook, or of a batch. */
function questionsOf(event: unknown): number[] {
  const { body, isBase64Encoded } = event as { body?: string; isBase64Encoded?: boolean };
  const text =
    body === undefined
      ? JSON.stringify(event)
      : Buffer.from(body, isBase64Encoded ? "base64" : "utf8").toString();
  return numbersIn(text, "question");
}
