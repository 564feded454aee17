import { worker } from "@henji/core/settings";
import { type FaultRates, noFaults } from "../fault-rates.ts";
import { type Plan, quietPlan } from "../plan.ts";
import type { Scenario } from "./scenario.ts";

/** Users unsend messages and have their chat forgotten. */
export const erasing: readonly Scenario[] = [
  {
    name: "long-chat",
    shows: "a long chat with folds, crashes, unsends and resets: nothing is left of what was erased",
    plan: longChat(120),
    judge: () => [],
  },
  {
    name: "unsends-while-the-table-fails",
    shows: "an unsent message is erased completely, however often the table fails",
    plan: {
      ...longChat(60),
      traffic: { ...longChat(60).traffic, commands: 0, unsent: 0.5, quoted: 0.8 },
      faultRates: { ...quietPlan.faultRates, table: { ...noFaults, requestLost: 0.15, responseLost: 0.1 } },
    },
    judge: () => [],
  },
  {
    name: "unsends-during-folds",
    shows: "notes that are being written while their messages are unsent do not bring them back",
    plan: {
      ...longChat(120),
      traffic: { ...longChat(120).traffic, commands: 0, unsent: 0.3 },
      faultRates: { ...quietPlan.faultRates, model: { ...noFaults, slow: 0.5 } },
    },
    judge: () => [],
  },
];

/** A user who writes for hours, unsends messages, and has the chat forgotten now and then. */
export function longChat(turns: number): Plan {
  const spanMs = turns * 45_000;
  const flaky: FaultRates = {
    requestLost: 0.005,
    responseLost: 0.01,
    silent: 0.3,
    repeated: 0.2,
    slow: 0.01,
  };
  return {
    ...quietPlan,
    traffic: {
      ...quietPlan.traffic,
      ...{ chats: 1, events: turns, spanMs, notQuestions: 0.02, commands: 0.004, unsent: 0.03 },
      ...{ duplicated: 0.02, lateDuplicated: 0.02, responseLost: 0.02 },
    },
    faultRates: { table: flaky, queue: flaky, line: flaky, model: flaky },
    process: { dies: 0.0005, freezes: 0, skewMs: 500 },
    bot: { ...quietPlan.bot, maxUnanswered: 50 },
    // A crash blocks the chat for this long.
    visibilityTimeoutS: worker.timeoutS + 15,
    troubleMs: spanMs,
  };
}
