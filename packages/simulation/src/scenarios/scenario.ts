import type { EventKind, Fate } from "../check/fate.ts";
import { type Plan, quietPlan } from "../plan.ts";
import type { Outcome } from "../run.ts";
import { minutes } from "../scheduler.ts";
import type { Script } from "../traffic-plan.ts";

/** One plan whose outcome is known more exactly than the promises say. */
export type Scenario = {
  name: string;
  /** What it shows, as a sentence. */
  shows: string;
  plan: Plan;
  /** What did not end as expected. */
  judge(outcome: Outcome): string[];
};

export const chats = (count: number) => Array.from({ length: count }, (_, index) => `U${index + 1}`);

/** One webhook with one event of each chat; the first event is of kind `first`. */
export function together(count: number, first: EventKind = "question"): Script {
  const events = chats(count).map((chatId, index) => ({
    chatId,
    kind: index === 0 ? first : ("question" as const),
  }));
  return [{ atMs: 0, events }];
}

/** Each chat's question in a webhook of its own. */
export function apart(count: number): Script {
  return chats(count).map((chatId, n) => ({ atMs: n * 1_000, events: [{ chatId, kind: "question" }] }));
}

/** Each chat writes `each` questions, `everyMs` apart. */
export function steadily(count: number, each: number, everyMs: number): Script {
  return Array.from({ length: each }, (_, n) => ({
    atMs: n * everyMs,
    events: chats(count).map((chatId) => ({ chatId, kind: "question" as const })),
  }));
}

export function planOf(script: Script, rest: Partial<Plan> = {}): Plan {
  return { ...quietPlan, traffic: { ...quietPlan.traffic, script }, troubleMs: minutes(90), ...rest };
}

/** The events for which `isRight` does not hold, with what is wrong. */
export const wrong = (events: readonly Fate[], what: string, isRight: (fate: Fate) => boolean) =>
  events.filter((fate) => !isRight(fate)).map(({ eventId, chatId }) => `${eventId} in ${chatId}: ${what}`);

export const allAnswered = ({ events }: Outcome) =>
  wrong(events, "not answered once", ({ answers }) => answers === 1);
export const noneParked = ({ events }: Outcome) =>
  wrong(events, "parked", ({ parkings }) => parkings.length === 0);

/** From the question to its answer. */
export const answerMs = ({ answeredAt = Number.POSITIVE_INFINITY, timestamp }: Fate) =>
  answeredAt - timestamp;

/** The model takes up to 6 s; the rest is webhook, queue, table and LINE. */
export const SOON_MS = 8_000;
