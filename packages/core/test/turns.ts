import type { Memory } from "@henji/core/chat/chats";
import type { Pace } from "@henji/core/model/pace";
import { textContent } from "@henji/core/platform/content";
import type { Message, Route } from "@henji/core/platform/platform";
import type { PastTurn } from "@henji/core/turn/past";
import type { AnsweredTurn, ClaimedTurn } from "@henji/core/turn/turn";

/** A turn that its first worker has just claimed, with these fields replaced. */
export function claimed(fields: Partial<Omit<ClaimedTurn, "status">> = {}): ClaimedTurn {
  return {
    ...{ status: "claimed", chatId: "U1", key: "1800000000000#E1", sequence: "1", eventId: "E1" },
    ...{ owner: "w", leaseUntil: 1_800_000_020_000, attempts: 1, crashes: 0 },
    ...{ outcomeUnknownSince: undefined, error: undefined, steps: [] },
    ...{ question: textContent("Hi"), messageId: "1", senderId: "U1" },
    ...fields,
  };
}

/** The same turn with an answer by the model, stored and not sent. */
export function answered(
  fields: Partial<Omit<ClaimedTurn, "status">> = {},
  { route = "push" }: { route?: Route } = {},
): AnsweredTurn {
  const usage = { inputTokens: 1, cachedTokens: 0, outputTokens: 1 };
  return {
    ...{ ...claimed(fields), status: "answered" },
    answer: {
      ...{ from: "model", messages: [textMessage("Hello")], usage, tokens: undefined, refused: false },
      ...{ repeats: undefined, idempotencyKey: "key", route },
    },
  };
}

export function past(key: string, question: string, answer = "An answer"): PastTurn {
  return { key, question: textContent(question), answer, senderId: "U1" };
}

/** The memory of a new chat. */
export const nothingRemembered: Memory = {
  ...{
    windowStart: "",
    summary: "",
    erasedBefore: "",
    erasedTo: "",
    unsent: [],
    fold: undefined,
    version: 0,
  },
  ...{
    turns: [],
    isWhole: true,
    finished: [],
    unanswered: [],
    recent: [],
    usages: [],
    chatUsages: [],
    lists: [],
  },
  ...{ apologyPushedAt: undefined, folding: undefined },
};

const notCalled = () => Promise.reject(new Error("No tool was to be called"));

/** Of a bot without tools, which never has any of these. */
export const noCalls = { record: notCalled, takeUpCalls: notCalled, leaveCalls: notCalled };

/** As LINE's platform composes it. */
function textMessage(text: string): Message & { type: "text" } {
  return { type: "text", text };
}

/** No limit holds anybody up. */
export const unpaced: Pace = { ask: (_paced, ask) => ask() };
