import { toBotError } from "@henji/core/error";
import type { Model } from "@henji/core/model/model";
import type { Mutation } from "./mutation.ts";

/** Mistakes in asking the model, and in what it is shown. */
export const asking: readonly Mutation[] = [
  {
    name: "asks-again",
    mistake: "the model is asked again although the answer is stored",
    worker: ({ turns }) => ({
      turns: {
        ...turns,
        async claim(request) {
          const claim = await turns.claim(request);
          if (claim.kind !== "claimed" || claim.turn.status === "claimed") return claim;
          const { answer: _, ...held } = claim.turn;
          return { kind: "claimed", turn: { ...held, status: "claimed" } };
        },
      },
    }),
  },
  {
    name: "asks-while-line-is-dead",
    mistake: "the model is asked although LINE is known to take nothing",
    scenario: "line-token-dead",
    worker: ({ platforms }) => ({ platforms: { line: { ...platforms.line!, ready: async () => {} } } }),
  },
  {
    name: "model-timeout-unlimited",
    mistake: "the model call may take its full time, however little of the invocation is left",
    scenario: "slow-asked-twice",
    worker: ({ model, clock }) => ({
      model: {
        ask: (context, options) => model.ask(context, { ...options, signal: clock.timeout(120_000) }),
      },
    }),
  },
  {
    name: "shows-the-error",
    mistake: "the user reads the model's error",
    worker: ({ model }) => ({ model: speakingErrors(model) }),
  },
  {
    name: "asks-past-the-cap",
    mistake: "the model is asked although the bot's tokens of the day are used up",
    scenario: "token-cap",
    worker: ({ cap }) => (cap ? { cap: { ...cap, isReached: async () => false } } : {}),
  },
  {
    name: "never-adds-its-tokens",
    mistake: "a worker keeps what it has used to itself",
    scenario: "token-cap",
    edit: {
      file: "usage/cap.ts",
      find: "await totals.add({ day, shard, tokens, now: clock.now() });",
      replace: "",
    },
  },
  {
    name: "reads-the-sum-once",
    mistake: "a worker never hears what the others have used since it started",
    scenario: "token-cap",
    edit: {
      file: "usage/cap.ts",
      find: "clock.now() - known.readAt < tokenCap.readEveryMs",
      replace: "known.readAt > 0",
    },
  },
  {
    name: "keeps-the-refused-past",
    mistake: "the window stays where it is although the model refuses to read it",
    scenario: "refused-past",
    edit: { file: "prepare.ts", find: "isPastRefused && leavePast(turn, memory, log),", replace: "" },
  },
  {
    name: "keeps-refused-questions",
    mistake: "a question that the model has refused is part of the conversation",
    edit: { file: "turn/item.ts", find: "refused !== true && erased", replace: "erased" },
  },
  {
    name: "parks-refusals",
    mistake: "what the model refuses to read is given up on",
    edit: {
      file: "reply/ask.ts",
      find: 'if (toBotError(error).code === "model.refused") return undefined;',
      replace: "",
    },
  },
  {
    name: "asks-after-standing-still",
    mistake: "after a 401 the model is asked once more, however long the worker stood still meanwhile",
    rare: "a process must stand still between two requests to a model that answers 401",
    worker: ({ model }) => ({
      model: { ask: (context, options) => model.ask(context, { ...options, beforeRequest: async () => {} }) },
    }),
  },
  {
    name: "context-grows",
    mistake: "the context holds every turn that was read",
    edit: { file: "context/context.ts", find: "return room < 0;", replace: "return false;" },
  },
  {
    name: "folds-the-newest-turn",
    mistake: "a fold takes the turn just answered, if it is longer than the low mark",
    edit: {
      file: "context/context.ts",
      find: "return timeOf((kept[0] ?? newest).key);",
      replace: "return kept[0] ? timeOf(kept[0].key) : `${newest.key}~`;",
    },
  },
  {
    name: "orders-by-id",
    mistake: "within a millisecond the ids of the events decide which turn stands first",
    edit: { file: "turn/place.ts", find: "return `${sequence}#${key}`;", replace: "return key;" },
  },
];

/** Its errors are answers. */
function speakingErrors(model: Model): Model {
  const usage = { inputTokens: 0, cachedTokens: 0, outputTokens: 0 };
  return {
    ask: (context, options) =>
      model
        .ask(context, options)
        .catch((error) => ({ text: toBotError(error).message, cut: false, refused: false, usage })),
  };
}
