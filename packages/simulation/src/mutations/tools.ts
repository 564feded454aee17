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
    edit: { file: "reply/rounds.ts", find: "call.isBegun && !tool.isIdempotent", replace: "false" },
  },
];
