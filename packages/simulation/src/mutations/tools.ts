import type { Mutation } from "./mutation.ts";

/** Mistakes in running tools. */
export const tools: readonly Mutation[] = [
  {
    name: "runs-before-recording",
    mistake: "a tool that writes runs before it is stored that it begins",
    edit: {
      file: "reply/rounds.ts",
      find: "await begin(call, tool);\n          await run(call, asked);",
      replace: "await run(call, asked);\n          await begin(call, tool);",
    },
  },
  {
    name: "forgets-the-result",
    mistake: "the result of a tool that has written is not stored",
    edit: {
      file: "reply/rounds.ts",
      find: "await run(call, asked);\n          await record();",
      replace: "await run(call, asked);\n          isRecorded = true;",
    },
  },
  {
    name: "runs-again-on-retry",
    mistake: "a call that had begun when its process died runs once more",
    edit: {
      file: "reply/rounds.ts",
      find: "const mayHaveRun = call.isBegun &&",
      replace: 'const mayHaveRun = call.name === "" &&',
    },
  },
  {
    name: "runs-without-asking",
    mistake: "a tool runs although its user has not confirmed it",
    edit: {
      file: "reply/rounds.ts",
      find: "tool.confirm !== false && call.consent === undefined",
      replace: "false",
    },
  },
  {
    name: "runs-after-a-no",
    mistake: "a tool runs although its user has declined",
    edit: {
      file: "reply/rounds.ts",
      find: 'confirmed.isConfirmed ? "given" : "declined"',
      replace: '"given"',
    },
  },
  {
    name: "runs-a-confirmed-call-twice",
    mistake: "a second tap finds the calls that the first has taken up",
    edit: {
      file: "turn/calls.ts",
      find: '{ name: "takeUpCalls", set: { takenBy: by } }',
      replace: '{ name: "takeUpCalls", set: {} }',
    },
  },
  {
    name: "runs-what-another-took-up",
    mistake: "a question that is asked a third time goes on as if nobody had in between",
    rare: "two attempts must end in the midst of the same calls",
    edit: {
      file: "reply/rounds.ts",
      find: "outcomesUnknown(calls?.transcript ?? emptyTranscript)",
      replace: "calls?.transcript ?? emptyTranscript",
    },
  },
];
