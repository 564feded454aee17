import { noFaults } from "../fault-rates.ts";
import { quietPlan } from "../plan.ts";
import { minutes } from "../scheduler.ts";
import { allAnswered, noneParked, planOf, type Scenario, steadily, wrong } from "./scenario.ts";

/** LINE or the model answers, and refuses. */
export const refusals: readonly Scenario[] = [
  {
    name: "line-token-dead",
    shows:
      "half an hour with an invalid channel access token: the model is asked once by each worker that finds out",
    plan: planOf(steadily(6, 10, minutes(3)), {
      deadChannel: { refusal: "unauthorized", fromMs: 0, untilMs: minutes(30) },
      operator: { finallyAfterMs: minutes(30), moves: false, forces: false, dies: 0 },
    }),
    judge: (outcome) => [
      ...allAnswered(outcome),
      ...wrong(outcome.events, "not parked with its reason", ({ parkings }) =>
        parkings.every((code) => code === "line.unauthorized"),
      ),
      // A replay resets the count, and finds an answer only where the model was asked before.
      ...(outcome.events.filter(({ asks }) => asks === 0).length <= 6
        ? []
        : ["the model was asked too often"]),
    ],
  },
  {
    name: "line-quota-used-up",
    shows: "half an hour without quota: every message is answered, none is parked",
    plan: planOf(steadily(6, 10, minutes(3)), {
      deadChannel: { refusal: "quota", fromMs: 0, untilMs: minutes(30) },
    }),
    judge: (outcome) => [...allAnswered(outcome), ...noneParked(outcome)],
  },
  {
    name: "line-refuses",
    shows: "replies are refused and writes to the table are lost: each push is sent once",
    plan: planOf(steadily(4, 4, 10_000), {
      refusals: { rate: 0.6 },
      faultRates: { ...quietPlan.faultRates, table: { ...noFaults, requestLost: 0.2 } },
      troubleMs: minutes(20),
    }),
    judge: () => [],
  },
  {
    name: "refused-past",
    shows: "a past that the model refuses to read costs its chat one more call, and no answer",
    plan: planOf([
      ...(["question", "poisonous", "question", "question", "refused", "question", "question"] as const).map(
        (kind, n) => ({ atMs: n * 20_000, events: [{ chatId: "U1", kind }] }),
      ),
    ]),
    judge: (outcome) => [
      ...allAnswered(outcome),
      ...noneParked(outcome),
      // The third is refused with its past and answered alone; the fifth is refused both ways.
      ...outcome.events.flatMap(({ eventId, asks }, n) =>
        asks === ([2, 4].includes(n) ? 2 : 1) ? [] : [`${eventId}: asked ${asks} times`],
      ),
    ],
  },
];
