import type { TextMessage } from "../platform/line/text.ts";
import type { Account } from "../usage/usage.ts";
import type { TurnItem } from "./entity.ts";
import type {
  Answer,
  DropReason,
  FinishedDelivery,
  FinishedTurn,
  Folding,
  Learned,
  Parking,
  PastTurn,
  Place,
  Repeated,
  StoredTurn,
  Turn,
} from "./turn.ts";

/** Turns of earlier versions have no sequence: among themselves they keep the order of their keys. */
export function toPlace({ key, sequence = "" }: TurnItem): Place {
  return { key, sequence };
}

/** What the context needs of an answered turn; nothing for any other. */
export function toPastTurn(item: TurnItem): PastTurn | undefined {
  if (!isAnswered(item)) return undefined;
  const { key, question, messageId, repeats, questionTokens, answerTokens } = item;
  return {
    key,
    question,
    answer: answerText(item),
    ...(messageId !== undefined && { messageId }),
    ...(repeats !== undefined && { repeats }),
    ...(questionTokens !== undefined &&
      answerTokens !== undefined && { tokens: { question: questionTokens, answer: answerTokens } }),
  };
}

function answerText({ messages = NO_MESSAGES }: TurnItem): string {
  return (JSON.parse(messages) as TextMessage[]).map(({ text }) => text).join("\n");
}

/** A parked answer was never seen by the user, so the model must not believe that it was; a notice is not its own. */
function isAnswered({ status, notice, refused, erased }: TurnItem): boolean {
  const isSeen = status === "answered" || status === "delivered";
  return isSeen && notice === undefined && refused !== true && erased !== true;
}

/** What may be asked again of a turn that was given up on, or refused by the model. */
export function toUnanswered(item: TurnItem): Repeated | undefined {
  const { key, status, refused, question, messageId } = item;
  const isUnanswered = status === "parked" || (status === "delivered" && refused === true);
  if (!isUnanswered || question === "") return undefined;
  return { key, question, ...(messageId !== undefined && { messageId }) };
}

export function toConversation(items: readonly TurnItem[]): PastTurn[] {
  return conversationOf(items.flatMap((item) => toPastTurn(item) ?? []));
}

/** A question that was answered once more counts with its last answer. */
export function conversationOf(past: readonly PastTurn[]): PastTurn[] {
  const repeated = new Set(past.map(({ repeats }) => repeats));
  return past.filter(({ key }) => !repeated.has(key));
}

/** When a turn was over; nothing for one that is not. */
export function toFinishedTurn({ key, finishedAt, notice }: TurnItem): FinishedTurn | undefined {
  if (finishedAt === undefined) return undefined;
  return { key, finishedAt, ...(notice && { notice }) };
}

/** The newest fold that these turns, oldest first, have begun. */
export function toFolding(items: readonly TurnItem[]): Folding | undefined {
  const newest = items.findLast(({ foldingUntil }) => foldingUntil !== undefined);
  return newest && { until: newest.foldingUntil!, version: newest.foldingVersion ?? 0 };
}

/** When an apology was last pushed for one of these turns. */
export function lastApologyOf(items: readonly TurnItem[]): { apologyPushedAt?: number } {
  const all = items.flatMap(({ apologyPushedAt }) => apologyPushedAt ?? []);
  return all.length > 0 ? { apologyPushedAt: Math.max(...all) } : {};
}

/** What is left of a notice once it is delivered: it may hold much of the chat, such as an export. */
export const NO_MESSAGES = "[]";

/** Expired turns stay for days until DynamoDB deletes them; they are no part of the conversation any more. */
export function toStoredTurn(item: TurnItem, isExpired: boolean): StoredTurn {
  const { status, messageId, repeats, erased = false, refused = false, notice, messages } = item;
  const past = isExpired ? undefined : toPastTurn(item);
  return {
    ...toPlace(item),
    status,
    ...(messageId !== undefined && { messageId }),
    ...(repeats !== undefined && { repeats }),
    isErased: erased,
    question: item.question,
    answer: answerText(item),
    hasNotice: notice !== undefined && messages !== undefined && messages !== NO_MESSAGES,
    ...(past && { past }),
    ...((status === "parked" || refused) && !isExpired && !erased && { unanswered: item.question }),
  };
}

/** How a turn keeps its answer. */
export function answered({ crashes }: Turn, answer: Answer, { usage, tokens }: Learned) {
  const { messages, retryKey, way, notice, repeats, refused } = answer;
  return {
    // As JSON: DynamoDB's maps keep no order, and a retry must repeat its body.
    messages: JSON.stringify(messages),
    retryKey,
    way,
    crashesBefore: crashes,
    ...(notice && { notice }),
    ...(refused && { refused }),
    ...(repeats && { repeats: repeats.key, question: repeats.question }),
    ...(repeats?.messageId !== undefined && { messageId: repeats.messageId }),
    ...usage,
    ...(tokens && { questionTokens: tokens.question, answerTokens: tokens.answer }),
  };
}

/** How a turn that is over keeps the account. */
function accounted({ usage, isFirstOfDay }: Account, at: number) {
  return {
    usage,
    ...(isFirstOfDay && { list: `day#${usage.day}`, listedAt: new Date(at).toISOString() }),
  };
}

/** How a turn keeps that its answer is out. */
export function delivered({ answer }: Turn, { by, requestId, at, account, folding }: FinishedDelivery) {
  return {
    status: "delivered" as const,
    way: by,
    finishedAt: at,
    ...(requestId !== undefined && { requestId }),
    ...accounted(account, at),
    ...(folding && { foldingUntil: folding.until, foldingVersion: folding.version }),
    ...(answer?.notice && { messages: NO_MESSAGES, question: "" }),
  };
}

/** How a turn keeps that it gets no answer of its own; its text is erased with it. */
export function dropped(finishedAt: number, account: Account, because: DropReason) {
  return {
    status: "dropped" as const,
    finishedAt,
    ...accounted(account, finishedAt),
    ...(because !== "unsent" && { notice: because }),
  };
}

/** Everything of a turn, beside its question, that was said or that tells of it. */
export const textAttributes = [
  "messageId",
  "messages",
  "repeats",
  "questionTokens",
  "answerTokens",
  "inputTokens",
  "cachedTokens",
  "outputTokens",
] as const;

/** What takes the place of the text. */
export const erased = { erased: true, question: "" };

/** What takes the place of an answer whose question stays. */
export const answerErased = { messages: NO_MESSAGES, answerTokens: 0 };

/** How a turn keeps that it was given up on. */
export function parked(turn: Turn, failure: Parking, at: number, account: Account | undefined) {
  return {
    status: "parked" as const,
    list: "parked",
    listedAt: new Date(at).toISOString(),
    finishedAt: at,
    error: failure.code,
    ...(failure.apologyBy === "push" && { apologyPushedAt: at }),
    // The day's first turn stands in the day's list, and this one cannot.
    ...(account && !account.isFirstOfDay && { usage: account.usage }),
    ...firstUnclear(turn, failure.unclearSince),
  };
}

/** The owner knows what its turn has stored, so no condition is needed to keep the first. */
export function firstUnclear(turn: Turn, unclearSince: number | undefined): { unclearSince?: number } {
  const first = turn.unclearSince ?? unclearSince;
  return first === undefined ? {} : { unclearSince: first };
}

/** The turn as its holder sees it. */
export function toTurn(item: TurnItem): Turn {
  const { chatId, eventId, status, owner, leaseUntil, attempts } = item;
  const { question, messageId, unclearSince, error } = item;
  const answer = answerOf(item);
  const { inputTokens, cachedTokens = 0, outputTokens = 0 } = item;
  return {
    chatId,
    ...toPlace(item),
    eventId,
    status,
    owner,
    leaseUntil,
    attempts,
    crashes: Math.max(0, attempts - 1 - (item.released ?? 0)),
    crashesBefore: item.crashesBefore ?? 0,
    question,
    ...(messageId !== undefined && { messageId }),
    ...(unclearSince !== undefined && { unclearSince }),
    ...(error !== undefined && { error }),
    ...(answer && { answer }),
    ...(inputTokens !== undefined && { used: { inputTokens, cachedTokens, outputTokens } }),
  };
}

function answerOf({ messages, retryKey, way, notice, repeats, question, messageId }: TurnItem) {
  if (messages === undefined || retryKey === undefined || way === undefined) return undefined;
  return {
    messages: JSON.parse(messages) as TextMessage[],
    retryKey,
    way,
    ...(notice && { notice }),
    ...(repeats !== undefined && { repeats: { key: repeats, question, ...(messageId && { messageId }) } }),
  };
}
