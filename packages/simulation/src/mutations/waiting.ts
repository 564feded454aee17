import type { Mutation } from "./mutation.ts";

/** Mistakes with answers that wait, and with what brings them. */
export const waiting: readonly Mutation[] = [
  {
    name: "sends-what-another-carries",
    mistake: "a waiting answer is sent although another turn has it",
    scenario: "slow-crashes",
    edit: { file: "turn/claim.ts", find: "if (letsGo(carrier)) return", replace: "if (carrier) return" },
  },
  {
    name: "forgets-to-mark-what-it-has-shown",
    mistake: "what a turn has brought is not marked, and waits for ever or comes again",
    worker: ({ turns }) => ({ turns: { ...turns, shown: async () => {} } }),
  },
  {
    name: "loses-what-a-dropped-turn-carried",
    mistake: "what was to be brought by a turn that is over does not wait again",
    edit: {
      file: "turn/attempt.ts",
      find: 'if (status !== "parked" && status !== "dropped") return true;',
      replace: "return false;",
    },
  },
  {
    name: "carried-for-ever",
    mistake: "what a dropped turn may have shown is left with it",
    rare: "a turn whose send nobody heard of must be given up on, and then unsent, forgotten or asked again",
    edit: {
      file: "turn/end-carried.ts",
      find: 'if (carrier?.status !== "dropped" || letsGo(carrier)) return;',
      replace: 'if (carrier?.status !== "waiting") return;',
    },
  },
  {
    name: "no-way-on",
    mistake: "what one call has no room for has no button",
    scenario: "slow-held-back",
    edit: {
      file: "send.ts",
      find: "return platform.withButtons(messages, [button]);",
      replace: "return messages;",
    },
  },
  {
    name: "pushes-in-free",
    mistake: "a bot that never pushes does, if the reply is too late",
    edit: {
      file: "way.ts",
      find: 'if (bot.delivery === "free" || (hasButton && !isAnew)) return "wait";',
      replace: 'if (hasButton && !isAnew) return "wait";',
    },
  },
  {
    name: "spends-the-token-twice",
    mistake: "an answer is replied although the token was spent on saying that it takes long",
    edit: {
      file: "way.ts",
      find: "return thinking.at === undefined && clock.now()",
      replace: "return clock.now()",
    },
  },
  {
    name: "answers-a-tap-twice",
    mistake: "an answer that was shown is brought again",
    edit: {
      file: "turn/item.ts",
      find: 'const isWaiting = isEarlier && (status === "waiting" ||',
      replace: 'const isWaiting = isEarlier && (status === "waiting" || status === "delivered" ||',
    },
  },
  {
    name: "forgets-the-reminder",
    mistake: "nobody is reminded of an answer that waits",
    rare: "its user's next message brings it all the same",
    worker: () => ({ reminders: { put: async () => {} } }),
  },
  {
    name: "takes-its-own-answer-for-a-repeat",
    mistake: "what a turn sends in front of itself has the key of its own answer",
    scenario: "slow-held-back",
    edit: {
      file: "send.ts",
      find: "answer.isHeldBack ? frontKeyOf(turn.eventId, first) : answer.idempotencyKey",
      replace: "answer.idempotencyKey",
    },
  },
];
