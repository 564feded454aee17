import type { Fate } from "../check/fate.ts";
import { quietPlan } from "../plan.ts";
import type { ModelLimit } from "../rate-limit.ts";
import { minutes } from "../scheduler.ts";
import type { Traffic } from "../traffic-plan.ts";
import {
  allAnswered,
  answerMs,
  apart,
  noneParked,
  planOf,
  type Scenario,
  steadily,
  wrong,
} from "./scenario.ts";
import { all, questions } from "./slow.ts";

/** As OpenAI limits an account: by the minute, and a minute's worth at once. */
const limit: ModelLimit = { perMinute: 30, burst: 30, states: "limits", untilMs: minutes(200) };

/** Users tap the button as soon as they are told that it takes longer. */
const tapping: Traffic = { ...quietPlan.traffic, tapped: 1, tapMs: [1_000, 5_000] };

/** 600 questions at a rate of 30 a minute, of which 30 are answered without waiting. */
const DOUBLED_MS = minutes((600 - 30) / 30);
/** For what is lost when slots are put off, for a model that takes up to 6 s, and for the way to LINE. */
const SLACK_MS = 60_000;
/** By what is refused twice at its slot: each time it hears so after up to 6 s, and waits for 2 s. */
const OUT_OF_ORDER_MS = 16_000;

const start = ({ events }: { events: readonly Fate[] }) =>
  Math.min(...events.map(({ timestamp }) => timestamp));

/** Who took a slot first is asked first. */
function oldestFirst({ events }: { events: readonly Fate[] }): string[] {
  const waited = events.filter(({ slotAt }) => slotAt !== undefined).sort((a, b) => a.slotAt! - b.slotAt!);
  let newest = 0;
  return wrong(waited, "asked after who came later", ({ askedAt = 0 }) => {
    const isInOrder = askedAt >= newest - OUT_OF_ORDER_MS;
    newest = Math.max(newest, askedAt);
    return isInOrder;
  });
}

const said = { limits: "all", wait: "only how long to wait", nothing: "nothing" } as const;

/** More is asked than the model's limit allows. */
export const modelLimit: readonly Scenario[] = [
  {
    name: "model-limit-doubled",
    shows:
      "twice the model's limit for ten minutes: nothing is parked, oldest first, the last answer after twenty minutes",
    plan: {
      ...planOf(apart(600), { modelLimit: limit }),
      traffic: { ...tapping, script: apart(600) },
      troubleMs: minutes(200),
    },
    judge: (outcome) => [
      ...noneParked(outcome),
      ...allAnswered({ ...outcome, events: questions(outcome) }),
      ...oldestFirst(outcome),
      ...wrong(
        questions(outcome),
        "answered too late",
        ({ answeredAt = 0 }) => answeredAt - start(outcome) <= DOUBLED_MS + SLACK_MS,
      ),
      ...wrong(questions(outcome), "pushed", ({ pushes }) => pushes === 0),
      ...wrong(
        questions(outcome),
        "not told that it takes long",
        (fate) => answerMs(fate) < 60_000 || fate.thoughts === 1,
      ),
    ],
  },
  {
    name: "model-limit-and-a-flood",
    shows:
      "one chat sends fifty messages when little is left of the limit: the others wait two minutes at most",
    plan: planOf(
      [
        { atMs: 0, events: Array.from({ length: 50 }, () => ({ chatId: "U1", kind: "question" as const })) },
        ...Array.from({ length: 200 }, (_, n) => ({
          atMs: n * 3_000,
          events: [{ chatId: `U${2 + (n % 20)}`, kind: "question" as const }],
        })),
      ],
      {
        modelLimit: { ...limit, burst: 5 },
        bot: { ...quietPlan.bot, delivery: "push", maxUnanswered: 50 },
        troubleMs: minutes(200),
      },
    ),
    judge: (outcome) => [
      ...noneParked(outcome),
      ...allAnswered(outcome),
      ...wrong(
        outcome.events.filter(({ chatId }) => chatId !== "U1"),
        "waited for the flood",
        (fate) => answerMs(fate) <= 120_000,
      ),
    ],
  },
  ...(["limits", "wait", "nothing"] as const).map(
    (states): Scenario => ({
      name: `model-limit-that-states-${states}`,
      shows: `twice the model's limit for five minutes, of which responses say ${said[states]}: nothing is parked`,
      plan: planOf(
        apart(100).map((one, n) => ({ ...one, atMs: n * 3_000 })),
        {
          modelLimit: { perMinute: 10, burst: 3, states, untilMs: minutes(200) },
          bot: { ...quietPlan.bot, delivery: "push" },
          troubleMs: minutes(200),
        },
      ),
      judge: (outcome) => [
        ...noneParked(outcome),
        ...allAnswered(outcome),
        ...wrong(
          outcome.events,
          "answered too late",
          ({ answeredAt = 0 }) => answeredAt - start(outcome) <= minutes(states === "limits" ? 10.5 : 15),
        ),
      ],
    }),
  ),
  {
    name: "model-limit-with-a-line-of-two-hours",
    shows: "twice the model's limit until the line is longer than two hours: nobody in it is parked",
    plan: planOf(
      apart(900).map((one, n) => ({ ...one, atMs: n * 7_500 })),
      {
        modelLimit: { perMinute: 4, burst: 4, states: "limits", untilMs: minutes(400), lineMs: minutes(180) },
        bot: { ...quietPlan.bot, delivery: "push" },
        troubleMs: minutes(400),
      },
    ),
    judge: all(noneParked, allAnswered),
  },
  {
    name: "model-limited-for-forty-minutes",
    shows: "forty minutes in which the limit lets nothing through: every message is answered, none is parked",
    plan: planOf(steadily(10, 2, minutes(5)), {
      modelLimit: { perMinute: 0, burst: 0, states: "wait", untilMs: minutes(40) },
    }),
    judge: all(noneParked, allAnswered),
  },
  {
    name: "model-limited-for-two-hours",
    shows:
      "two hours in which the limit lets nothing through: every message is parked after one, and its user told",
    plan: planOf(steadily(10, 1, 0), {
      modelLimit: { perMinute: 0, burst: 0, states: "wait", untilMs: minutes(120) },
      troubleMs: minutes(200),
    }),
    judge: ({ events }) => [
      ...wrong(events, "not parked once", ({ parkings }) => parkings.join() === "model.rate_limited"),
      ...wrong(events, "not told so", ({ apologies }) => apologies === 1),
    ],
  },
];
