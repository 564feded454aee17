import type { TableMistake } from "./table.ts";

/** One deliberate mistake in core: a text that stands exactly once in a file, and what stands there instead. */
export type Edit = { file: string; find: string; replace: string };

/** A mistake that the simulation must notice; if it does not, the simulation is what is wrong. */
export type Mutation = {
  name: string;
  /** What goes wrong with it. */
  mistake: string;
  /**
   * Either an edit of core, or conditions left out by the table's model. The contract suites see to it that
   * the real table keeps these conditions.
   */
  edit?: Edit;
  /** The story that shows it best; any, if not set. */
  scenario?: string;
  /** Why it may take thousands of seeds: then `npm test` does not insist. */
  rare?: string;
  table?: readonly TableMistake[];
};

export const mutations: readonly Mutation[] = [
  {
    name: "sends-before-storing",
    mistake: "an answer is sent before it is stored",
    edit: {
      file: "reply/answer.ts",
      find: "const stored = await turns.answer(",
      replace:
        "await line.push(turn.chatId, answer.messages, answer.retryKey); const stored = await turns.answer(",
    },
  },
  {
    name: "marks-delivered-before-sending",
    mistake: "a turn is marked as delivered, then it is sent",
    edit: {
      file: "reply/answer.ts",
      find: "const delivered = await deliver({ turn, replyToken, maybeSent });",
      replace:
        "await turns.delivered(turn, { by: 'push', requestId: undefined, at: clock.now(), account: accountOf([], undefined, dayOf(clock.now(), bot.timeZone)) }); const delivered = await deliver({ turn, replyToken, maybeSent });",
    },
  },
  {
    name: "random-retry-key",
    mistake: "every push has a new retry key",
    edit: {
      file: "platform/line/deliver.ts",
      find: "line.push(turn.chatId, answer.messages, answer.retryKey)",
      replace: "line.push(turn.chatId, answer.messages, crypto.randomUUID())",
    },
  },
  {
    name: "no-lease-check",
    mistake: "a worker that woke up late sends without looking at its lease",
    scenario: "races",
    edit: {
      file: "platform/line/deliver.ts",
      find: "if (clock.now() + deadlines.lineMs <= turn.leaseUntil) return;",
      replace: "if (clock.now() > 0) return;",
    },
  },
  {
    name: "ignores-409",
    mistake: "LINE's 'already accepted' is an error like any other",
    edit: {
      file: "platform/line/api.ts",
      find: "if (answer.status === 409) {",
      replace: "if (answer.status === 410) {",
    },
  },
  {
    name: "every-invalid-token-is-delivered",
    mistake: "'Invalid reply token' always means that the reply arrived",
    edit: {
      file: "platform/line/deliver.ts",
      find: 'if (result.outcome !== "invalid_reply_token") return { by: "reply", requestId: result.requestId };',
      replace: 'return { by: "reply", requestId: result.requestId };',
    },
  },
  {
    name: "pushes-after-unclear-reply",
    mistake: "when nobody knows whether a reply arrived, the answer is pushed as well",
    edit: {
      file: "platform/line/deliver.ts",
      find: 'if (!maybeSent) return undefined;\n    throw new BotError("delivery.unclear"',
      replace: 'return undefined;\n    throw new BotError("delivery.unclear"',
    },
  },
  {
    name: "forgets-the-way",
    mistake: "the switch from reply to push is not recorded before the push",
    scenario: "line-refuses",
    edit: { file: "platform/line/deliver.ts", find: "await turns.usePush(turn);", replace: "" },
  },
  {
    name: "forgets-the-earlier-attempt",
    mistake: "a stored answer is delivered as if no attempt had been made before",
    edit: {
      file: "reply/answer.ts",
      find: "await deliver({ turn, replyToken, maybeSent })",
      replace: "await deliver({ turn, replyToken, maybeSent: false })",
    },
  },
  {
    name: "asks-again",
    mistake: "the model is asked again although the answer is stored",
    edit: {
      file: "reply/answer.ts",
      find: "if (turn.answer) return { request, turn: { ...turn, answer: turn.answer } };",
      replace: "",
    },
  },
  {
    name: "asks-while-line-is-dead",
    mistake: "the model is asked although LINE is known to take nothing",
    scenario: "line-token-dead",
    edit: { file: "reply/ask.ts", find: "await ready();", replace: "" },
  },
  {
    name: "model-timeout-unlimited",
    mistake: "the model call may take its full time, however little of the invocation is left",
    scenario: "slow-model",
    edit: { file: "reply/ask.ts", find: "Math.min(deadlines.modelMs, left)", replace: "deadlines.modelMs" },
  },
  {
    name: "shows-the-error",
    mistake: "the user reads the model's error",
    edit: {
      file: "reply/ask.ts",
      find: 'if (toBotError(error).code !== "model.context_too_long") throw error;',
      replace:
        'if (toBotError(error).code !== "model.context_too_long") return { text: toBotError(error).message, cut: false, refused: false, usage: { inputTokens: 0, cachedTokens: 0, outputTokens: 0 } };',
    },
  },
  {
    name: "keeps-the-refused-past",
    mistake: "the window stays where it is although the model refuses to read it",
    scenario: "refused-past",
    edit: {
      file: "reply/answer.ts",
      find: "isPastRefused && leavePastBehind(request),",
      replace: "",
    },
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
    name: "asks-past-the-cap",
    mistake: "the model is asked although the bot's tokens of the day are used up",
    scenario: "token-cap",
    edit: { file: "decide/decide.ts", find: "!isFree && isBotUsedUp", replace: "isFree && isBotUsedUp" },
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
    edit: {
      file: "turn/turn.ts",
      find: "return `${sequence}#${key}`;",
      replace: "return key;",
    },
  },
  {
    name: "acknowledges-failures",
    mistake: "a failed message is acknowledged",
    edit: {
      file: "worker.ts",
      find: 'await hold.giveBack([message], verdict.inS);\n          return "stop";',
      replace: 'hold.finish(message);\n          return "next";',
    },
  },
  {
    name: "fails-the-whole-batch",
    mistake: "one failure brings the whole batch back",
    edit: {
      file: "worker.ts",
      find: "return left.map(({ messageId }) => messageId);",
      replace: "return (left.length > 0 ? messages : left).map(({ messageId }) => messageId);",
    },
  },
  {
    name: "chat-side-by-side",
    mistake: "a chat's messages run side by side",
    edit: {
      file: "queue/in-order.ts",
      find: "Map.groupBy(items, groupOf)",
      replace: "Map.groupBy(items, (item) => item)",
    },
  },
  {
    name: "goes-on-after-failure",
    mistake: "after a failure the rest of the chat is worked on",
    edit: {
      file: "queue/in-order.ts",
      find: 'if ((await handle(item)) === "next") continue;',
      replace: 'if ((await handle(item)) === "next" || index + 1 < group.length) continue;',
    },
  },
  {
    name: "rest-not-released",
    mistake: "the rest of a chat stays hidden after a failure",
    edit: { file: "worker.ts", find: "await hold.giveBack(untouched, 0);", replace: "" },
  },
  {
    name: "stops-renewing",
    mistake: "a batch is held once and not renewed, so it is handed out again while it is worked on",
    scenario: "slow-model",
    edit: {
      file: "queue/hold.ts",
      find: "while (!hasEnded && held.size > 0) {",
      replace: "if (held.size > 0) {",
    },
  },
  {
    name: "never-holds",
    mistake: "a batch is not held, so that a dead worker's chats wait for the queue's own time-out",
    scenario: "crashing-chat",
    edit: {
      file: "queue/hold.ts",
      find: "void renewUntilEnd();",
      replace: "",
    },
  },
  {
    name: "never-parks-on-last-attempt",
    mistake: "the last attempt is followed by another",
    edit: {
      file: "handle.ts",
      find: '(error.retry === "never" || turn.attempts >= retry.maxAttempts)',
      replace: 'error.retry === "never"',
    },
  },
  {
    name: "counts-receives",
    mistake: "receives are counted instead of attempts, so that waiting behind a failure counts",
    edit: {
      file: "handle.ts",
      find: "turn.attempts >= retry.maxAttempts",
      replace: "message.receiveCount >= retry.maxAttempts",
    },
  },
  {
    name: "crashes-for-ever",
    mistake: "attempts that end in a crash are not counted",
    scenario: "crashing-chat",
    edit: {
      file: "handle.ts",
      find: "if (turn.attempts > retry.maxAttempts) throw givenUp(turn);",
      replace: "",
    },
  },
  {
    name: "never-apart",
    mistake: "the messages under which a process died come back together",
    scenario: "crashing-chat",
    edit: {
      file: "turn/attempt.ts",
      find: "return crashes >= SUSPECT_AFTER && chats > 1",
      replace: "return crashes < 0 && chats > 1",
    },
  },
  {
    name: "waits-too-short",
    mistake: "all waits together are shorter than three minutes",
    scenario: "model-down-3-minutes",
    edit: {
      file: "queue/retry.ts",
      find: "step * (1 + retry.jitter * random())",
      replace: "step * (1 - retry.jitter * random())",
    },
  },
  {
    name: "trusts-old-tokens",
    mistake: "the reply token of a very late redelivery counts as fresh",
    scenario: "late-redelivery",
    edit: {
      file: "handle.ts",
      find: "receivedAt - event.timestamp < replyTokenRenewableMs",
      replace: "receivedAt > 0",
    },
  },
  {
    name: "pushes-when-forgotten",
    mistake: "a push that may have arrived is repeated when LINE has forgotten its retry key",
    scenario: "replay-after-two-days",
    edit: {
      file: "handle.ts",
      find: "if (isForgotten(turn, now)) throw unclear();",
      replace: "",
    },
  },
  {
    name: "marks-parked-first",
    mistake: "a turn is marked as parked before its job is on the dead-letter queue",
    edit: {
      file: "dead-letter/park.ts",
      find: "await inbox.park(message,",
      replace:
        "if (turn) await turns.park(turn, { code, unclearSince: turn.unclearSince }, at);\n    await inbox.park(message,",
    },
  },
  {
    name: "apologizes-for-unclear",
    mistake: "an apology for an answer that may have arrived",
    edit: {
      file: "dead-letter/park.ts",
      find: 'if (error.code === "delivery.unclear" || turn.unclearSince !== undefined) return undefined;',
      replace: "",
    },
  },
  {
    name: "apologizes-each-time",
    mistake: "every apology may be pushed, however short ago the last one was",
    edit: {
      file: "dead-letter/park.ts",
      find: "clock.now() - pushedAt < apologyPushedEveryMs",
      replace: "clock.now() < 0",
    },
  },
  {
    name: "leaves-the-dead-letter",
    mistake: "what was asked again after it was parked can still be answered itself",
    scenario: "asked-again-and-replayed",
    edit: {
      file: "reply/answer.ts",
      find: "if (answer.repeats) await turns.supersede({ chatId, key: answer.repeats.key });",
      replace: "",
    },
  },
  {
    name: "replays-as-new",
    mistake: "a replayed job is a new event, so its turn is not found",
    edit: {
      file: "dead-letter/replay.ts",
      find: "encodeJob({ ...job, replayedAt: now })",
      replace:
        "encodeJob({ ...job, event: { ...job.event, webhookEventId: `${job.event.webhookEventId}-2` }, replayedAt: now })",
    },
  },
  {
    name: "always-200",
    mistake: "ingress answers 200 although an event was not queued",
    edit: { file: "ingress.ts", find: "return failed.size === 0 ?", replace: "return failed.size >= 0 ?" },
  },
  {
    name: "chat-in-one-batch",
    mistake: "ingress sends two events of a chat in one batch, which may fail in part",
    edit: { file: "ingress.ts", find: "i > after &&", replace: "i >= 0 &&" },
  },
  {
    name: "overtakes-in-ingress",
    mistake: "ingress sends a chat's next event although the one before was refused",
    edit: {
      file: "ingress.ts",
      find: "batch.filter(({ chatId }) => !stuckChats.has(chatId))",
      replace: "batch",
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
      find: "const repeating = message ? repeatsOf(message, recent) : [];",
      replace: "const repeating: StoredTurn[] = [];",
    },
  },
  {
    name: "erases-quotes-last",
    mistake:
      "the unsent message is erased before the answers that repeat it, so that a crash between leaves them",
    scenario: "unsends-while-the-table-fails",
    edit: {
      file: "chat/erase.ts",
      find: "const answers = await eraseAll(repeating, request, turns.eraseAnswer);",
      replace:
        "await eraseAll(meant, request); const answers = await eraseAll(repeating, request, turns.eraseAnswer);",
    },
  },
  {
    name: "answers-what-was-taken-away",
    mistake: "a message that arrives after its unsend, or after its chat was erased, is answered and stored",
    edit: {
      file: "decide/decide.ts",
      find: "return key < erasedBefore || (messageId !== undefined && unsent.includes(messageId));",
      replace: "return key === erasedBefore && messageId === unsent[0];",
    },
  },
  {
    name: "table-any-version",
    mistake: "notes are changed whatever has become of them since they were read",
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
  {
    name: "claims-under-a-lease",
    mistake: "a claim does not ask whether a lease is running",
    scenario: "races",
    edit: {
      file: "turn/turns.ts",
      find: 'if (item.leaseUntil > now) return { kind: "held", until: item.leaseUntil };',
      replace: "",
    },
  },
  {
    name: "claims-what-is-over",
    mistake: "a claim does not ask whether the turn is over",
    edit: {
      file: "turn/turns.ts",
      find: 'if (status === "claimed" || status === "answered") {',
      replace: 'if (status !== "parked") {',
    },
  },
  {
    name: "replays-again",
    mistake: "a replay brings a turn back each time its message is received",
    scenario: "races",
    edit: { file: "turn/turns.ts", find: " || replayedBy.includes(replay)", replace: "" },
  },
  {
    name: "counts-a-repeat-as-a-crash",
    mistake: "a claim that the SDK repeats because its response was late is taken for another's",
    scenario: "sdk-repeats",
    edit: {
      file: "turn/turns.ts",
      find: 'if (item.owner === owner) return { kind: "claimed", turn: toTurn(item) };',
      replace: "",
    },
  },
];
