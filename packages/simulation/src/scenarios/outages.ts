import { type OutageKind, type Plan, quietPlan } from "../plan.ts";
import { minutes } from "../scheduler.ts";
import {
  allAnswered,
  chats,
  noneParked,
  planOf,
  type Scenario,
  steadily,
  together,
  wrong,
} from "./scenario.ts";

/** Out from the start. */
function outage(
  platform: Plan["outages"][number]["platform"],
  lastsMs: number,
  how: OutageKind = "errors",
): Plan["outages"] {
  return [{ platform, fromMs: 0, untilMs: lastsMs, how }];
}

/** A service is out for a while. */
export const outages: readonly Scenario[] = [
  {
    name: "model-down-3-minutes",
    shows: "three minutes without OpenAI: every message is answered, none is parked",
    plan: planOf(steadily(10, 2, 60_000), { outages: outage("model", minutes(3)) }),
    judge: (outcome) => [...allAnswered(outcome), ...noneParked(outcome)],
  },
  {
    name: "model-silent-3-minutes",
    shows: "three minutes in which OpenAI does not respond: every message is answered, none is parked",
    plan: planOf(steadily(4, 3, 30_000), { outages: outage("model", minutes(3), "silence") }),
    judge: (outcome) => [...allAnswered(outcome), ...noneParked(outcome)],
  },
  {
    name: "model-down-an-hour",
    shows: "an hour without OpenAI: every message is parked with its reason, every user is told once",
    plan: planOf(steadily(6, 3, minutes(5)), { outages: outage("model", minutes(60)) }),
    judge: ({ events }) => [
      ...wrong(
        events,
        "not parked once with its reason",
        ({ parkings }) =>
          parkings.length === 1 && ["model.unavailable", "model.unreachable"].includes(parkings[0]!),
      ),
      ...wrong(events, "answered", ({ answers }) => answers === 0),
      ...chats(6).flatMap((chatId) => {
        const apologies = events.filter((fate) => fate.chatId === chatId && fate.apologies > 0).length;
        return apologies === 1 ? [] : [`${chatId} was told ${apologies} times`];
      }),
    ],
  },
  {
    name: "model-down-an-hour-replayed",
    shows: "an hour without OpenAI, then a replay: every parked message is answered once",
    plan: planOf(steadily(6, 3, minutes(5)), {
      outages: outage("model", minutes(60)),
      operator: { finallyAfterMs: minutes(30), moves: false, forces: false, dies: 0 },
    }),
    judge: allAnswered,
  },
  {
    name: "asked-again-and-replayed",
    shows:
      "a parked question that is asked again with the apology's button is answered once, replayed or not",
    plan: {
      ...planOf(together(6), {
        outages: outage("model", minutes(4)),
        operator: { finallyAfterMs: minutes(30), moves: false, forces: false, dies: 0 },
      }),
      traffic: { ...quietPlan.traffic, script: together(6), pressed: 1 },
    },
    judge: ({ events }) =>
      chats(6).flatMap((chatId) => {
        const answers = events
          .filter((fate) => fate.chatId === chatId)
          .reduce((sum, one) => sum + one.answers, 0);
        return answers === 1 ? [] : [`${chatId} was answered ${answers} times`];
      }),
  },
  {
    name: "table-down-10-minutes",
    shows: "ten minutes without the table: no message is parked, and every one is answered afterwards",
    plan: planOf(steadily(4, 3, 60_000), { outages: outage("table", minutes(10)) }),
    judge: (outcome) => [...allAnswered(outcome), ...noneParked(outcome)],
  },
  {
    name: "line-down-a-minute",
    shows: "a minute without LINE: no message is lost, none is answered twice",
    plan: planOf(steadily(4, 3, 20_000), { outages: outage("line", minutes(1)) }),
    judge: () => [],
  },
  {
    name: "line-takes-no-connection",
    shows: "90 seconds without a connection to LINE: every message is answered, and no model call repeated",
    plan: planOf(together(10), { outages: outage("line", 90_000, "no_connection") }),
    judge: (outcome) => [
      ...allAnswered(outcome),
      ...noneParked(outcome),
      ...wrong(outcome.events, "asked more than once", ({ asks }) => asks === 1),
    ],
  },
  {
    name: "line-takes-no-connection-for-a-while",
    shows: "half a minute without a connection to LINE: every answer is a reply, none a push",
    plan: planOf(together(10), { outages: outage("line", 25_000, "no_connection") }),
    judge: (outcome) => [
      ...allAnswered(outcome),
      ...wrong(outcome.events, "pushed", ({ pushes }) => pushes === 0),
    ],
  },
  {
    name: "queue-down-2-minutes",
    shows: "two minutes without the queue: LINE is told to redeliver, and no message is parked",
    plan: planOf(steadily(4, 3, 60_000), { outages: outage("queue", minutes(2)) }),
    judge: (outcome) => [...noneParked(outcome)],
  },
];
