import type { TextMessage } from "../line/text.ts";
import type { Account } from "../usage/usage.ts";
import type { TurnItem } from "./entity.ts";
import type { FinishedTurn, PastTurn, Turn } from "./turn.ts";

/** What the context needs of an answered turn; nothing for any other. */
export function toPastTurn(item: TurnItem): PastTurn | undefined {
  if (!isAnswered(item)) return undefined;
  const messages = JSON.parse(item.messages ?? "[]") as TextMessage[];
  const turn = {
    key: item.key,
    question: item.question,
    answer: messages.map((message) => message.text).join("\n"),
  };
  if (item.questionTokens === undefined || item.answerTokens === undefined) return turn;
  return { ...turn, tokens: { question: item.questionTokens, answer: item.answerTokens } };
}

/** A parked answer was never seen by the user, so the model must not believe that it was; a notice is not its own. */
function isAnswered({ status, notice }: TurnItem): boolean {
  return (status === "answered" || status === "delivered") && notice !== true;
}

/** When a turn was over; nothing for one that is not. */
export function toFinishedTurn({
  key,
  status,
  finishedAt,
  notice,
  usage,
}: TurnItem): FinishedTurn | undefined {
  if (finishedAt === undefined) return undefined;
  return { key, finishedAt, told: notice === true || status === "dropped", ...(usage && { usage }) };
}

/** How a turn that is over keeps the account. */
export function accounted({ usage, isFirstOfDay }: Account, at: number) {
  return {
    usage,
    ...(isFirstOfDay && { list: `day#${usage.day}`, listedAt: new Date(at).toISOString() }),
  };
}

/** The owner knows what its turn has stored, so no condition is needed to keep the first. */
export function firstUnclear(turn: Turn, unclearSince: number | undefined): { unclearSince?: number } {
  const first = turn.unclearSince ?? unclearSince;
  return first === undefined ? {} : { unclearSince: first };
}

/** The turn as its holder sees it. */
export function toTurn(item: TurnItem): Turn {
  const { chatId, key, eventId, status, owner, leaseUntil, attempts, question, unclearSince, error } = item;
  const turn = {
    chatId,
    key,
    eventId,
    status,
    owner,
    leaseUntil,
    attempts,
    crashes: Math.max(0, attempts - 1 - (item.released ?? 0)),
    question,
    ...(unclearSince !== undefined && { unclearSince }),
    ...(error !== undefined && { error }),
  };
  if (item.messages === undefined || item.retryKey === undefined || item.way === undefined) return turn;
  const messages = JSON.parse(item.messages) as TextMessage[];
  const { retryKey, way, notice = false, inputTokens, cachedTokens = 0, outputTokens = 0 } = item;
  return {
    ...turn,
    answer: { messages, retryKey, way, notice },
    ...(inputTokens !== undefined && { used: { inputTokens, cachedTokens, outputTokens } }),
  };
}
