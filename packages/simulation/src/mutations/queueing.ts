import { hold } from "@henji/core/settings";
import type { Mutation } from "./mutation.ts";

/** Mistakes in ingress, in the order of the queue, in holding, retrying and giving up. */
export const queueing: readonly Mutation[] = [
  {
    name: "always-200",
    mistake: "ingress answers 200 although an event was not queued",
    ingress: ({ queue }) => ({
      queue: {
        async send(messages, signal) {
          await queue.send(messages, signal).catch(() => {});
          return new Set();
        },
      },
    }),
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
      find: "return left.map(({ message }) => message.messageId);",
      replace: "return (left.length > 0 ? messages : []).map(({ messageId }) => messageId);",
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
    mistake: "the rest of a chat stays invisible after a failure",
    worker: ({ inbox }) => ({
      inbox: {
        ...inbox,
        changeVisibility: async (messages, delayS) =>
          delayS === 0 ? [] : inbox.changeVisibility(messages, delayS),
      },
    }),
  },
  {
    name: "stops-renewing",
    mistake: "a batch is held once and not renewed, so it is handed out again while it is worked on",
    scenario: "slow-model",
    worker: ({ inbox }) => {
      const held = new Set<string>();
      return {
        inbox: {
          ...inbox,
          async changeVisibility(messages, delayS) {
            const isRenewal =
              delayS === hold.forS && messages.some(({ receiptHandle }) => held.has(receiptHandle));
            for (const { receiptHandle } of messages) held.add(receiptHandle);
            return isRenewal ? [] : inbox.changeVisibility(messages, delayS);
          },
        },
      };
    },
  },
  {
    name: "never-holds",
    mistake: "a batch is not held, so that a dead worker's chats wait for the queue's own time-out",
    scenario: "crashing-chat",
    worker: ({ inbox }) => ({
      inbox: {
        ...inbox,
        changeVisibility: async (messages, delayS) =>
          delayS === hold.forS ? [] : inbox.changeVisibility(messages, delayS),
      },
    }),
  },
  {
    name: "never-parks-on-last-attempt",
    mistake: "the last attempt is followed by another",
    edit: {
      file: "fail.ts",
      find: 'return failure.kind === "claimed" && failure.turn.attempts >= retry.maxAttempts;',
      replace: "return false;",
    },
  },
  {
    name: "counts-receives",
    mistake: "receives are counted instead of attempts, so that waiting behind a failure counts",
    edit: {
      file: "fail.ts",
      find: "failure.turn.attempts >= retry.maxAttempts",
      replace: "failure.message.receiveCount >= retry.maxAttempts",
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
    name: "never-isolates",
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
    name: "marks-parked-first",
    mistake: "a turn is marked as parked before its job is on the dead-letter queue",
    edit: {
      file: "dead-letter/park.ts",
      find: "await inbox.park(message, { code, reason, attempts, receivedAt",
      replace:
        "await turns.park(turn, { code, outcomeUnknownSince, at, apologyBy: undefined, total: dayTotal(memory, turn, at, bot.timeZone) });\n    await inbox.park(message, { code, reason, attempts, receivedAt",
    },
  },
  {
    name: "apologizes-for-unclear",
    mistake: "an apology for an answer that may have arrived",
    edit: {
      file: "dead-letter/park.ts",
      find: 'if (code === "delivery.unclear" || turn.outcomeUnknownSince !== undefined) return undefined;',
      replace: "",
    },
  },
  {
    name: "apologizes-each-time",
    mistake: "every apology may be pushed, however short ago the last one was",
    worker: ({ chats }) => ({
      chats: {
        ...chats,
        recall: async (...args) => ({ ...(await chats.recall(...args)), apologyPushedAt: undefined }),
      },
    }),
  },
  {
    name: "leaves-the-dead-letter",
    mistake: "what was asked again after it was parked can still be answered itself",
    scenario: "asked-again-and-replayed",
    worker: ({ turns }) => ({ turns: { ...turns, supersede: async () => {} } }),
  },
  {
    name: "replays-as-new",
    mistake: "a replayed job is a new event, so its turn is not found",
    edit: {
      file: "dead-letter/replay.ts",
      find: "encodeJob({ ...given, replay: { id, force } })",
      replace:
        "encodeJob({ ...given, event: { ...(given.event as object), webhookEventId: `${given.eventId}-2` }, replay: { id, force } })",
    },
  },
  {
    name: "deletes-before-it-replays",
    mistake: "a letter leaves the dead-letter queue before its replacement is on the queue",
    edit: {
      file: "dead-letter/act.ts",
      find: "const because = await act(now!, now!.turn?.job ?? letter.job);",
      replace:
        "await queue.delete(letter.letters);\n      const because = await act(now!, now!.turn?.job ?? letter.job);",
    },
  },
  {
    name: "deletes-what-came-back",
    mistake: "a message that is given up on again while others are replayed is taken for replayed",
    edit: {
      file: "dead-letter/act.ts",
      find: "found.letters.filter(({ reason }) => (reason?.parkedAt ?? 0) <= result.letter.parkedAt)",
      replace: "found.letters",
    },
    rare: "it must fail again before the same command looks at the queue once more",
  },
  {
    name: "replays-what-may-have-arrived",
    mistake: "an answer that may have arrived is pushed without --force",
    edit: {
      file: "dead-letter/replay.ts",
      find: 'if (isForced && !force) return "unclear";',
      replace: "",
    },
  },
];
