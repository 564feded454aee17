import { type Plan, quietPlan } from "../plan.ts";
import { minutes } from "../scheduler.ts";
import type { Traffic } from "../traffic-plan.ts";
import type { Scenario } from "./scenario.ts";

function crashing(traffic: Partial<Traffic>, rest: Partial<Plan>): Plan {
  const events = { events: 20, bursts: 0, notQuestions: 0, spanMs: minutes(20) };
  return {
    ...quietPlan,
    ...rest,
    process: { ...quietPlan.process, dies: 0.05 },
    traffic: { ...quietPlan.traffic, ...events, ...traffic },
    troubleMs: minutes(30),
  };
}

/** What a bot's owner has switched on, and written. */
export const owners: readonly Scenario[] = [
  {
    name: "handlers-crashes",
    shows:
      "processes die around every call: each event is handled in its turn, and what is said to it sent once",
    plan: crashing(
      { own: 0.3, postbacks: 0.5, greetings: 0.3 },
      { bot: { ...quietPlan.bot, handlers: true } },
    ),
    judge: () => [],
  },
  {
    name: "moderation-crashes",
    shows: "processes die around every call, and moderation hangs: what it has flagged is refused",
    plan: crashing({ voice: 0.3 }, { moderation: { flagged: 0.5, hangs: 0.1 } }),
    judge: () => [],
  },
];
