import { type Plan, quietPlan } from "../plan.ts";
import { minutes } from "../scheduler.ts";
import type { Scenario } from "./scenario.ts";

/** Slack alone, with posts that are lost on either way, and a history that lags. */
const troubled: Plan = {
  ...quietPlan,
  traffic: { ...quietPlan.traffic, events: 1 },
  slack: {
    faultRates: { requestLost: 0.2, responseLost: 0.3, silent: 0.5, repeated: 0, slow: 0.1 },
    ...{ dms: 2, threads: 2, events: 12, spanMs: minutes(3), lagMs: 35_000 },
    ...{
      mentions: 0.6,
      toOthers: 0.3,
      deleted: 0.1,
      bots: 0.2,
      imposters: 0.5,
      late: 0.3,
      responseLost: 0.1,
    },
  },
  troubleMs: minutes(20),
};

export const onSlack: readonly Scenario[] = [
  {
    name: "slack",
    shows: "posts that may have been made are looked for, and made once",
    plan: troubled,
    judge: () => [],
  },
];
