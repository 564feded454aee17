import type { Delivered, Delivery, Platform } from "@henji/core/platform/platform";
import type { AnsweredTurn } from "@henji/core/turn/turn";
import type { WorkerOptions } from "@henji/core/worker";
import type { Mutation } from "./mutation.ts";

/** Mistakes in storing, sending and marking an answer, each in the platform as core sees it. */
export const sending: readonly Mutation[] = [
  {
    name: "sends-before-storing",
    mistake: "an answer is sent before it is stored",
    worker: ({ turns, platforms }) => ({
      turns: {
        ...turns,
        async answer(turn, answer, leaseUntil) {
          const { chatId } = turn;
          const { messages, idempotencyKey } = answer;
          const job = undefined as never;
          await platforms.line!.sendOnce({ job, chatId, messages, idempotencyKey, route: "push" });
          return turns.answer(turn, answer, leaseUntil);
        },
      },
    }),
  },
  {
    name: "marks-delivered-before-sending",
    mistake: "a turn is marked as delivered, then it is sent",
    worker: ({ turns, platforms, clock }) => {
      const stored = new Map<string, AnsweredTurn>();
      return {
        turns: {
          ...turns,
          async answer(...args) {
            const turn = await turns.answer(...args);
            stored.set(turn.answer.idempotencyKey, turn);
            return turn;
          },
        },
        ...delivering(platforms, async (delivery, deliver) => {
          const turn = stored.get(delivery.idempotencyKey);
          const usage = { ...noUsage, day: "2027-01-01", user: "" };
          const total = { usage, isUnlisted: false };
          const at = clock.now();
          const marked = { route: "push", requestId: undefined, at, total, folding: undefined } as const;
          if (turn) await turns.delivered(turn, marked);
          return deliver(delivery);
        }),
      };
    },
  },
  {
    name: "random-idempotency-key",
    mistake: "every push has a new retry key",
    worker: ({ platforms }) =>
      delivering(platforms, (delivery, deliver) =>
        deliver({ ...delivery, idempotencyKey: crypto.randomUUID() }),
      ),
  },
  {
    name: "no-lease-check",
    mistake: "a worker that woke up late sends without looking at its lease",
    scenario: "races",
    worker: ({ platforms }) =>
      delivering(platforms, (delivery, deliver) => deliver({ ...delivery, mustHold: () => {} })),
  },
  {
    name: "forgets-the-route",
    mistake: "the switch from reply to push is not recorded before the push",
    scenario: "line-refuses",
    worker: ({ platforms }) =>
      delivering(platforms, (delivery, deliver) => deliver({ ...delivery, usePush: async () => true })),
  },
  {
    name: "forgets-the-earlier-attempt",
    mistake: "a stored answer is delivered as if no attempt had been made before",
    worker: ({ platforms }) =>
      delivering(platforms, (delivery, deliver) => deliver({ ...delivery, maybeSentAt: undefined })),
  },
  {
    name: "ignores-409",
    mistake: "LINE's 'already accepted' is an error like any other",
    scenario: "push-responses-lost",
    edit: {
      file: "platform/line/api.ts",
      find: "status === 409",
      replace: "status === 410",
    },
  },
  {
    name: "every-invalid-token-is-delivered",
    mistake: "'Invalid reply token' always means that the reply arrived",
    edit: {
      file: "platform/line/deliver.ts",
      find: 'if (outcome !== "invalid_reply_token") return',
      replace: "return",
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
    name: "trusts-old-tokens",
    mistake: "the reply token of a very late redelivery counts as fresh",
    scenario: "late-redelivery",
    edit: {
      file: "platform/line/reply-token.ts",
      find: "receivedAt - data.timestamp < replyTokenRenewableMs",
      replace: "receivedAt > 0",
    },
  },
  {
    name: "pushes-with-an-expired-key",
    mistake: "a push that may have arrived is repeated when LINE no longer knows its retry key",
    scenario: "replay-after-two-days",
    edit: {
      file: "handle.ts",
      find: "if (isPushUnclear(turn, work.platform, startedAt)) throw pushUnclear();",
      replace: "",
    },
  },
];

const noUsage = {
  ...{ answers: 0, inputTokens: 0, cachedTokens: 0, outputTokens: 0 },
  ...{ replies: 0, pushes: 0, refused: false, foldVersion: 0 },
};

/** The worker's options with another way to deliver on a platform. */
export function delivering(
  platforms: WorkerOptions["platforms"],
  deliver: (delivery: Delivery, real: Platform["deliver"]) => Promise<Delivered | undefined>,
  name = "line",
): Pick<WorkerOptions, "platforms"> {
  const { [name]: platform } = platforms;
  if (!platform) return { platforms };
  const changed = { ...platform, deliver: (delivery: Delivery) => deliver(delivery, platform.deliver) };
  return { platforms: { ...platforms, [name]: changed } };
}
