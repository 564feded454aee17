import { quietPlan } from "../plan.ts";
import { minutes } from "../scheduler.ts";
import type { Scenario } from "./scenario.ts";

/** What a bot's owner has switched on, and written. */
export const owners: readonly Scenario[] = [
  {
    name: "handlers-crashes",
    shows:
      "processes die around every call: each event is handled in its turn, and what is said to it sent once",
    plan: {
      ...quietPlan,
      bot: { ...quietPlan.bot, handlers: true },
      process: { ...quietPlan.process, dies: 0.05 },
      traffic: {
        ...quietPlan.traffic,
        ...{ events: 20, bursts: 0, notQuestions: 0, spanMs: minutes(20) },
        ...{ own: 0.3, postbacks: 0.5, greetings: 0.3 },
      },
      troubleMs: minutes(30),
    },
    judge: () => [],
  },
];
