import { type DeathPoint, type Plan, quietPlan } from "../plan.ts";
import type { Outcome } from "../run.ts";
import { minutes } from "../scheduler.ts";
import type { Traffic } from "../traffic-plan.ts";
import { noneParked, type Scenario, wrong } from "./scenario.ts";

function sending(traffic: Partial<Traffic>, rest: Partial<Plan> = {}): Plan {
  const events = { events: 12, bursts: 0, notQuestions: 0, spanMs: minutes(20) };
  return {
    ...quietPlan,
    ...rest,
    traffic: { ...quietPlan.traffic, ...events, ...traffic },
    troubleMs: minutes(30),
  };
}

/** By itself, or together with others: then only one of them. */
const allAnsweredOnce = ({ events }: Outcome) =>
  wrong(events, "not answered once", ({ answers, takenBy }) => answers === (takenBy === undefined ? 1 : 0));
const allToldOrAnswered = ({ events }: Outcome) =>
  wrong(events, "not answered or told once", ({ answers, notices, takenBy }) => {
    return answers + notices === (takenBy === undefined ? 1 : 0);
  });
const someTaken = ({ events }: Outcome) =>
  events.some(({ takenBy }) => takenBy !== undefined) ? [] : ["no pictures were asked about together"];
const all =
  (...judges: ((outcome: Outcome) => string[])[]) =>
  (outcome: Outcome) =>
    judges.flatMap((judge) => judge(outcome));

/** The calls in which pictures and voice differ from text. */
const deaths: readonly DeathPoint[] = (["before", "after"] as const).flatMap((when) =>
  ["line.fetch", "table.gather", "queue.put", "table.takeUp", "transcriber.transcribe", "table.hear"].map(
    (call) => ({ when, call }),
  ),
);

export const media: readonly Scenario[] = [
  {
    name: "pictures",
    shows: "each picture is answered once",
    plan: sending({ pictures: 1 }),
    judge: all(allAnsweredOnce, noneParked),
  },
  {
    name: "pictures-together",
    shows: "pictures that are sent together are answered once, if they say how many they are or not",
    plan: sending({ chats: 1, pictures: 1, sets: 1 }),
    judge: all(allAnsweredOnce, noneParked, someTaken),
  },
  {
    name: "pictures-gone",
    shows: "for a picture that LINE has no more its user is told so once",
    plan: sending({ pictures: 0.7, voice: 0.5, gone: 0.5 }),
    judge: all(allToldOrAnswered, noneParked),
  },
  {
    name: "voice",
    shows: "each voice message is answered once",
    plan: sending({ voice: 1 }),
    judge: all(allAnsweredOnce, noneParked),
  },
  {
    name: "pictures-crashes",
    shows: "processes die around every call: no picture and no voice message is lost or answered twice",
    plan: sending(
      { pictures: 0.5, sets: 0.8, voice: 0.5, unsent: 0.1, events: 20 },
      { process: { ...quietPlan.process, dies: 0.05 } },
    ),
    judge: () => [],
  },
  ...deaths.map(
    (diesAt): Scenario => ({
      name: `media-dies-${diesAt.when}-${diesAt.call.replace(".", "-")}`,
      shows: `a worker dies ${diesAt.when} ${diesAt.call}: everything is answered once`,
      plan: sending({ pictures: 0.5, sets: 0.7, voice: 0.6 }, { process: { ...quietPlan.process, diesAt } }),
      judge: all(allAnsweredOnce, noneParked),
    }),
  ),
];
