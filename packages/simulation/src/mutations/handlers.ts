import type { Mutation } from "./mutation.ts";

/** Mistakes in running what a bot's owner has written in place of the model. */
export const handlers: readonly Mutation[] = [
  {
    name: "handler-runs-twice",
    mistake: "a handler that has failed is run once more in the same attempt",
    edit: {
      file: "reply/own.ts",
      find: "const running = inTime((signal) => run({ ...given, signal }), {",
      replace:
        "const running = inTime(async (signal) => { try { return await run({ ...given, signal }); } catch { return run({ ...given, signal }); } }, {",
    },
  },
  {
    name: "handler-gets-the-bots-buttons",
    mistake: "taps on the bot's own buttons come to the owner's handler too",
    edit: {
      file: "platform/line/read.ts",
      find: "if (data?.startsWith(BUTTON_DATA)) {",
      replace: 'if (data?.startsWith("answer", BUTTON_DATA.length)) {',
    },
  },
  {
    name: "handler-of-events-runs-again",
    mistake: "a handler of events whose answer is stored runs again after a crash",
    scenario: "handlers-crashes",
    edit: {
      file: "prepare.ts",
      find: 'if (turn.status === "answered" && !(isGone && wasNeverSent(turn))) {',
      replace:
        'if (turn.status === "answered" && inbound.kind !== "occurrence" && !(isGone && wasNeverSent(turn))) {',
    },
  },
  {
    name: "handler-answer-not-resumed",
    mistake: "a handler whose answer is stored runs again after a crash",
    edit: {
      file: "prepare.ts",
      find: 'if (turn.status === "answered" && !(isGone && wasNeverSent(turn))) {',
      replace:
        'if (turn.status === "answered" && !(turn.answer.from === "bot" && turn.answer.notice === "own") && !(isGone && wasNeverSent(turn))) {',
    },
  },
  {
    name: "answers-what-is-flagged",
    mistake: "what OpenAI's moderation flags is answered all the same",
    edit: { file: "reply/ask.ts", find: "return isFlagged ?", replace: "return isFlagged && !answer ?" },
  },
  {
    name: "does-not-wait-for-moderation",
    mistake: "an answer that comes before it is known whether its question is flagged is sent",
    scenario: "moderation-crashes",
    edit: {
      file: "reply/ask.ts",
      find: "await Promise.all([asking, request.isFlagged])",
      replace: "await Promise.all([asking, Promise.race([request.isFlagged, asking.then(() => false)])])",
    },
  },
];
