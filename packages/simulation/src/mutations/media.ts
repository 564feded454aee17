import type { Mutation } from "./mutation.ts";

/** Mistakes with what is not written. */
export const media: readonly Mutation[] = [
  {
    name: "gathers-without-a-reminder",
    mistake: "a picture whose companions do not come is never answered",
    edit: {
      file: "gather.ts",
      find: "if (inS !== undefined) await reminders.put(turn.chatId, job, inS);",
      replace: "",
    },
  },
  {
    name: "reminds-after-gathering",
    mistake: "a worker that dies between leaves a picture that nobody asks about",
    scenario: "pictures-crashes",
    edit: {
      file: "gather.ts",
      find: "if (inS !== undefined) await reminders.put(turn.chatId, job, inS);",
      replace:
        "await turns.gather(turn, clock.now(), clock.now() + (inS ?? 0) * 1000); if (inS !== undefined) await reminders.put(turn.chatId, job, inS);",
    },
  },
  {
    name: "asks-for-what-was-asked-for",
    mistake: "a picture that was answered with others is answered again when it is due",
    edit: {
      file: "decide/gather.ts",
      find: "const taken = new Set(recent.flatMap(({ gathers = [] }) => gathers));",
      replace: "const taken = new Set<string>();",
    },
  },
  {
    name: "forgets-what-it-has-gathered",
    mistake: "an answer does not say for which pictures it is",
    edit: {
      file: "turn/writes.ts",
      find: "...(gathers.length > 0 && { gathers: [...gathers] }),",
      replace: "",
    },
  },
  {
    name: "mixes-the-pictures-of-members",
    mistake: "pictures of another member are asked for too",
    rare: "pictures in groups are not gathered, and a 1:1 chat has one member",
    edit: {
      file: "decide/gather.ts",
      find: "gathered?.senderId === turn.senderId",
      replace: "gathered !== undefined",
    },
  },
  {
    name: "erases-one-picture-only",
    mistake: "what was seen in pictures that were sent together stays when one of them is unsent",
    edit: {
      file: "chat/erase.ts",
      find: "question.some((part) => isMedia(part) && part.ref === messageId)",
      replace: "question.some((part) => isMedia(part) && part.ref === `not ${messageId}`)",
    },
  },
  {
    name: "does-not-store-what-it-has-heard",
    mistake: "what was said is paid for with each attempt, and not remembered",
    worker: ({ turns }) => ({
      turns: { ...turns, hear: async (turn, question) => ({ ...turn, question }) },
    }),
  },
  {
    name: "shows-what-is-for-the-bot",
    mistake: "the line that says what was seen is sent to the user",
    edit: {
      file: "reply/part.ts",
      find: "isSeen ? partHidden(answer.text, SEEN)",
      replace: "!isSeen ? partHidden(answer.text, SEEN)",
    },
  },
];
