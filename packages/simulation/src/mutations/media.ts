import type { Mutation } from "./mutation.ts";

/** Mistakes with what is not written. */
export const media: readonly Mutation[] = [
  {
    name: "gathers-without-a-reminder",
    mistake: "a picture whose companions do not come is never answered",
    edit: {
      file: "gather.ts",
      find: "await reminders.put(turn.chatId, job, inS);",
      replace: "",
    },
  },
  {
    name: "reminds-after-gathering",
    mistake: "a worker that dies between leaves a picture that nobody asks about",
    scenario: "pictures-crashes",
    edit: {
      file: "gather.ts",
      find: "await reminders.put(turn.chatId, job, inS);",
      replace:
        "await turns.gather(turn, clock.now(), clock.now() + inS * 1000); await reminders.put(turn.chatId, job, inS);",
    },
  },
  {
    name: "asks-for-what-was-asked-for",
    mistake: "a picture that was answered with others is answered again when it is due",
    edit: {
      file: "turn/claim.ts",
      find: "if (!carrier || leavesOut(carrier, item.key))",
      replace: "if (item.key)",
    },
  },
  {
    name: "takes-what-another-has",
    mistake: "a picture that was asked about is asked about by a later turn too",
    scenario: "pictures-together",
    edit: { file: "turn/item.ts", find: "carriedBy !== at.key && !(", replace: "carriedBy === at.key && !(" },
  },
  {
    name: "asks-without-taking",
    mistake: "two turns each ask about a picture that both have read to wait",
    edit: {
      file: "prepare.ts",
      find: "const refused = await take(decision.gathers ?? [], held);",
      replace: "const refused: string[] = [];",
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
      find: "cameIn(question, messageId)",
      replace: "cameIn(question, `not ${messageId}`)",
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
