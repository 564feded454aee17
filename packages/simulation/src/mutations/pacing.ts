import type { Mutation } from "./mutation.ts";

/** Mistakes while more is asked than the model's limit allows. */
export const pacing: readonly Mutation[] = [
  {
    name: "counts-a-rate-limit",
    mistake: "a refusal for the model's limit is an attempt, so that the fifth gives the message up",
    scenario: "model-limited-for-forty-minutes",
    edit: { file: "turn/writes.ts", find: "attempts: turn.attempts - 1", replace: "attempts: turn.attempts" },
  },
  {
    name: "forgets-retry-after",
    mistake: "the model is asked again before its Retry-After is over",
    scenario: "model-limit-that-states-wait",
    edit: {
      file: "model/pace.ts",
      find: "const toldMs = Math.max(error.retryAfterMs ?? 0, everyMsFor(tokens));",
      replace: "const toldMs = 0;",
    },
  },
  {
    name: "serves-the-newest-first",
    mistake: "whoever comes last takes the next slot, and those who wait are asked later",
    scenario: "model-limit-doubled",
    edit: {
      file: "model/pace.ts",
      find: "slot: { at: taken.nextAt, ",
      replace: "slot: { at: now + everyMs, ",
    },
  },
  {
    name: "loses-its-place",
    mistake: "a question that is refused at its slot takes the last place",
    scenario: "model-limit-doubled",
    edit: { file: "model/pace.ts", find: "before < settings.refusalsInPlace", replace: "before < 0" },
  },
  {
    name: "paces-each-alone",
    mistake: "workers do not tell each other of the slots that they give out",
    scenario: "model-limit-doubled",
    edit: { file: "model/slots.ts", find: "add: { nextAt: everyMs }, set }", replace: "add: {}, set }" },
  },
  {
    name: "waits-without-end",
    mistake: "a refusal never counts, however long the question has been held up",
    scenario: "model-limited-for-two-hours",
    edit: {
      file: "turn/limited.ts",
      find: "now - limited.since >= pace.uncountedForMs",
      replace: "now < limited.since",
    },
  },
];
