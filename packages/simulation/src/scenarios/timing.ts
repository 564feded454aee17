import { type FaultRates, noFaults } from "../fault-rates.ts";
import { quietPlan } from "../plan.ts";
import { minutes } from "../scheduler.ts";
import {
  allAnswered,
  answerMs,
  apart,
  noneParked,
  planOf,
  type Scenario,
  SOON_MS,
  steadily,
  wrong,
} from "./scenario.ts";

const faulty: FaultRates = { requestLost: 0.05, responseLost: 0.1, silent: 0.5, repeated: 0.2, slow: 0.2 };

/** Services respond at once, slowly, late, or not at the first try. */
export const timing: readonly Scenario[] = [
  {
    name: "quiet",
    shows: "without faults every question is answered once, at its first attempt",
    plan: planOf(steadily(5, 4, 20_000)),
    judge: (outcome) => [
      ...allAnswered(outcome),
      ...noneParked(outcome),
      ...wrong(outcome.events, "more than one attempt", ({ claims }) => claims === 1),
    ],
  },
  {
    name: "sdk-repeats",
    shows:
      "the table responds so late that the SDK repeats its calls: no attempt counts as a crash, and every answer comes soon",
    plan: planOf(steadily(10, 3, 20_000), {
      faultRates: { ...quietPlan.faultRates, table: { ...noFaults, responseLost: 0.7, repeated: 1 } },
    }),
    judge: (outcome) => [
      ...allAnswered(outcome),
      ...wrong(outcome.events, "more than one attempt", ({ claims }) => claims === 1),
      ...wrong(outcome.events, "not answered soon", (fate) => answerMs(fate) <= SOON_MS),
    ],
  },
  {
    name: "slow-model",
    shows: "the model is slow: no invocation times out, and every question is answered",
    plan: planOf(steadily(2, 6, 1_000), {
      faultRates: { ...quietPlan.faultRates, model: { ...quietPlan.faultRates.model, slow: 0.7 } },
      troubleMs: minutes(5),
    }),
    judge: allAnswered,
  },
  {
    name: "races",
    shows: "messages become visible while a worker handles them, and workers freeze and continue late",
    plan: planOf(steadily(3, 10, 15_000), {
      visibilityTimeoutS: 15,
      process: { dies: 0, freezes: 0.2, skewMs: 1_000 },
      faultRates: { table: faulty, queue: noFaults, line: faulty, model: { ...faulty, slow: 0.5 } },
      behaviours: { unavailable: 0.2, unauthorized: 0.2 },
      lambda: { ...quietPlan.lambda, outlives: 1, losesResponse: 0.1, deleteFails: 0.2 },
      operator: { everyMs: minutes(3), finallyAfterMs: minutes(2), moves: true, forces: false, dies: 0.1 },
      troubleMs: minutes(60),
    }),
    judge: () => [],
  },
  {
    name: "late-redelivery",
    shows:
      "LINE redelivers after half an hour and replies are lost: no message counts as delivered that did not arrive",
    plan: planOf(apart(8), {
      outages: [{ platform: "queue", fromMs: 0, untilMs: minutes(22), how: "errors" }],
      faultRates: {
        ...quietPlan.faultRates,
        line: { ...quietPlan.faultRates.line, requestLost: 0.5, silent: 1 },
      },
    }),
    judge: () => [],
  },
  {
    name: "push-responses-lost",
    shows:
      "LINE's responses to pushes are lost: a repeat is recognized by its retry key, and nothing counts as refused",
    plan: planOf(steadily(3, 3, 20_000), {
      bot: { ...quietPlan.bot, delivery: "push" },
      faultRates: { ...quietPlan.faultRates, line: { ...noFaults, responseLost: 0.3 } },
    }),
    judge: ({ events, ...outcome }) => [
      ...allAnswered({ events, ...outcome }),
      ...wrong(events, "parked as refused", ({ parkings }) => !parkings.includes("line.rejected")),
    ],
  },
  {
    name: "replay-after-two-days",
    shows: "a push whose outcome is unknown is not sent again after its retry key has expired",
    plan: planOf(steadily(3, 2, 20_000), {
      bot: { ...quietPlan.bot, delivery: "push" },
      faultRates: { ...quietPlan.faultRates, line: { ...quietPlan.faultRates.line, responseLost: 1 } },
      troubleMs: minutes(30),
      // Core's own replay leaves such a message alone.
      operator: { finallyAfterMs: minutes(48 * 60), moves: true, forces: false, dies: 0 },
    }),
    judge: () => [],
  },
];
