import type { Mutation } from "./mutation.ts";

/** Mistakes in claiming, and in erasing what was said. */
export const keeping: readonly Mutation[] = [
  {
    name: "claims-under-a-lease",
    mistake: "a claim does not ask whether a lease is running",
    scenario: "races",
    edit: {
      file: "turn/claim.ts",
      find: 'if (item.leaseUntil > now) return { kind: "held", until: item.leaseUntil };',
      replace: "",
    },
  },
  {
    name: "claims-what-is-over",
    mistake: "a claim does not ask whether the turn is over",
    edit: {
      file: "turn/claim.ts",
      find: "if (isOpen(status)) {",
      replace: 'if (status !== "parked") {',
    },
  },
  {
    name: "replays-again",
    mistake: "a replay brings a turn back each time its message is received",
    scenario: "races",
    edit: { file: "turn/claim.ts", find: " && !replayedBy.includes(replay.id)", replace: "" },
  },
  {
    name: "counts-a-repeat-as-a-crash",
    mistake: "a claim that the SDK repeats because its response was late is taken for another's",
    scenario: "sdk-repeats",
    edit: {
      file: "turn/claim.ts",
      find: 'if (item.owner === owner) return { kind: "claimed", turn: toTurn(item) };',
      replace: "",
    },
  },
  {
    name: "erases-turns-first",
    mistake: "an unsent message is erased before the notes are, so that a crash between leaves them",
    scenario: "unsends-while-the-table-fails",
    edit: {
      file: "chat/erase.ts",
      find: "const message = recent.find(",
      replace: "await eraseAll(meant, request); const message = recent.find(",
    },
  },
  {
    name: "keeps-the-notes",
    mistake: "what was noted of an unsent message stays",
    scenario: "unsends-while-the-table-fails",
    edit: {
      file: "chat/erase.ts",
      find: "message.key < windowStart && {",
      replace: "message.key === windowStart && {",
    },
  },
  {
    name: "keeps-quotes-of-unsent",
    mistake: "an unsent message stays in the later answers that repeat it",
    scenario: "unsends-while-the-table-fails",
    edit: {
      file: "chat/erase.ts",
      find: "flatMap((one) => repeatsOf(one, recent));",
      replace: "flatMap((): StoredTurn[] => []);",
    },
  },
  {
    name: "erases-quotes-last",
    mistake:
      "the unsent message is erased before the answers that repeat it, so that a crash between leaves them",
    scenario: "unsends-while-the-table-fails",
    edit: {
      file: "chat/erase.ts",
      find: "const answers = await eraseAll(",
      replace: "await eraseAll(meant, request); const answers = await eraseAll(",
    },
  },
  {
    name: "answers-what-was-erased",
    mistake: "a message that arrives after its unsend, or after its chat was erased, is answered and stored",
    edit: {
      file: "chat/state.ts",
      find: "return key < erasedBefore || unsent.includes(messageId);",
      replace: "return key === erasedBefore && messageId === unsent[0];",
    },
  },
  {
    name: "table-any-version",
    mistake: "a chat's state is changed whatever has become of it since it was read",
    scenario: "unsends-during-folds",
    table: ["any_version"],
  },
  {
    name: "table-any-owner",
    mistake: "writes to a turn do not ask who holds it",
    scenario: "races",
    table: ["any_owner"],
  },
  {
    name: "table-any-state",
    mistake: "writes to a turn do not ask in which state it is",
    scenario: "races",
    rare: "the conditions on the owner and the queue's lock on the chat are in front of it",
    table: ["any_state"],
  },
];
