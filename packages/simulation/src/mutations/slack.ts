import type { Mutation } from "./mutation.ts";
import { delivering } from "./sending.ts";

/** Mistakes on a platform that knows no repeats. */
export const slack: readonly Mutation[] = [
  {
    name: "posts-without-looking",
    mistake: "after an unclear post the answer is posted again without reading the thread",
    scenario: "slack",
    worker: ({ platforms }) =>
      delivering(platforms, (delivery, deliver) => deliver({ ...delivery, maybeSentAt: undefined }), "slack"),
  },
  {
    name: "posts-before-it-has-settled",
    mistake: "what is not in the thread is posted again at once, although it may still come",
    scenario: "slack",
    edit: { file: "platform/slack/deliver.ts", find: "settledInMs > 0", replace: "settledInMs > 60_000" },
  },
  {
    name: "settles-from-the-first-send",
    mistake: "of several unclear posts the first is waited for, and not the last",
    scenario: "slack",
    rare: "attempts are nearly as far apart as a post can be late; core's tests of attempts notice it",
    edit: {
      file: "turn/attempt.ts",
      find: "maybeSentAt: isUnknown ? now : maybeSentAt",
      replace: "maybeSentAt: maybeSentAt ?? (isUnknown ? now : undefined)",
    },
  },
  {
    name: "keys-by-event-id",
    mistake: "Slack's event_id names an event, and a mention has two",
    scenario: "slack",
    edit: {
      file: "platform/slack/event.ts",
      find: "const { kind, place, ts } = toldBy(envelope);",
      replace: "const { kind, place } = toldBy(envelope); const ts = String(envelope.event_id);",
    },
  },
  {
    name: "answers-bots",
    mistake: "another bot that mentions this one is answered",
    scenario: "slack",
    edit: { file: "platform/slack/event.ts", find: "return bot_id !== undefined;", replace: "return false;" },
  },
  {
    name: "trusts-foreign-metadata",
    mistake: "another app's message with the key of an answer is taken for the answer",
    scenario: "slack",
    edit: {
      file: "platform/slack/api.ts",
      find: "return isOwn && metadata",
      replace: "return (isOwn || true) && metadata",
    },
  },
];
