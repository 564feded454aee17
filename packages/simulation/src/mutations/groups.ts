import type { Inbound, Platforms } from "@henji/core/platform/platform";
import type { Mutation } from "./mutation.ts";

/** Mistakes in groups, and in greeting. */
export const groups: readonly Mutation[] = [
  {
    name: "answers-everything-in-groups",
    mistake: "what members say to each other is answered",
    worker: ({ platforms }) =>
      reading(platforms, (inbound) =>
        inbound.kind === "overheard" ? { ...inbound, kind: "question" } : inbound,
      ),
  },
  {
    name: "keeps-what-is-overheard",
    mistake: "a turn is claimed before it is known whether a message is for the bot",
    edit: {
      file: "handle.ts",
      find: "const question = await questionIn(",
      replace:
        'await claimTurn({ ...work, inbound: { ...overheard, kind: "question" } }); const question = await questionIn(',
    },
  },
  {
    name: "passes-over-what-it-has-claimed",
    mistake: "a question that is tried again is passed over if LINE does not tell the bot's name any more",
    scenario: "group-name-unknown",
    edit: { file: "handle.ts", find: "question || isFirst || !(await wasClaimed(work))", replace: "true" },
  },
  {
    name: "forgets-everybodys",
    mistake: "a member who forgets has the whole group forgotten",
    scenario: "group-forgets",
    edit: {
      file: "prepare.ts",
      find: 'inbound.chat.type === "user") await erase.chat',
      replace: "true) await erase.chat",
    },
  },
  {
    name: "forgets-nothing-of-a-member",
    mistake: "a member's messages stay when they have them forgotten",
    scenario: "group-forgets",
    edit: { file: "chat/erase.ts", find: "erased += await eraseAll(ownOf(page), request);", replace: "" },
  },
  {
    name: "keeps-a-members-words",
    mistake: "what a member has had forgotten stays in the answers to others that repeat it",
    scenario: "long-group",
    edit: {
      file: "chat/erase.ts",
      find: "flatMap((turn) => repeatsOf(turn, page.turns));",
      replace: "flatMap((): StoredTurn[] => []);",
    },
  },
  {
    name: "exports-everybodys",
    mistake: "an export shows a member what the others have asked",
    scenario: "group-forgets",
    edit: {
      file: "reply/export.ts",
      find: "(!isGroup || stored.senderId === turn.senderId)",
      replace: "true",
    },
  },
  {
    name: "counts-a-limit-for-the-group",
    mistake: "a user's limit counts what all members of the group were answered",
    scenario: "group-limit",
    edit: {
      file: "chat/day-total.ts",
      find: "user: userHash(senderId), day",
      replace: "user: userHash(chatId), day",
    },
  },
  {
    name: "greets-twice",
    mistake: "a greeting is known by when it was received, and not by its event",
    scenario: "greetings",
    worker: ({ platforms, clock }) =>
      reading(platforms, (inbound) =>
        inbound.kind === "greeting" ? { ...inbound, at: clock.now() } : inbound,
      ),
  },
  {
    name: "keeps-talk-that-is-unsent",
    mistake: "what a member has said to others stays, though it is unsent",
    scenario: "group-listens",
    edit: {
      file: "chat/erase.ts",
      find: "await chats.eraseTalk(chatId, isMessage, clock.now());",
      replace: "",
    },
  },
  {
    name: "keeps-a-members-talk",
    mistake: "what a member has said to others stays when they have it forgotten",
    scenario: "group-listens",
    edit: { file: "chat/erase.ts", find: "await chats.eraseTalk(chatId, isOwn, clock.now());", replace: "" },
  },
  {
    name: "keeps-talk-when-it-leaves",
    mistake: "what members have said to each other stays when the bot leaves",
    scenario: "group-listens",
    edit: {
      file: "chat/erase.ts",
      find: "await chats.eraseTalk(chatId, (message) => isBefore(message, before), clock.now());",
      replace: "",
    },
  },
  {
    name: "tells-again-of-what-was-said",
    mistake: "what members have said to each other is told as often as it is delivered",
    scenario: "group-listens",
    edit: {
      file: "chat/talk.ts",
      find: "if (talk.some(({ key }) => key === message.key)) return talk;",
      replace: "",
    },
  },
];

/** The platform understands an event in another way. */
function reading(platforms: Platforms, change: (inbound: Inbound) => Inbound) {
  const line = platforms.line!;
  return { platforms: { line: { ...line, read: (event: unknown) => change(line.read(event)) } } };
}
