import type { Content } from "../platform/content.ts";
import { type Message, shownText } from "../platform/platform.ts";
import type { Answer, Repeated, Said, TokenCounts } from "./answer.ts";
import { leavesOut, letsGo } from "./attempt.ts";
import type { TurnItem } from "./entity.ts";
import { withoutHeardLine } from "./heard.ts";
import type { FinishedTurn, PastTurn, RecentTurn, StoredTurn } from "./past.ts";
import type { Place } from "./place.ts";
import {
  calledText,
  NOBODY,
  outcomesUnknown,
  type RecentConfirmation,
  type Transcript,
} from "./transcript.ts";
import type { Folding, Turn, TurnStatus } from "./turn.ts";

/** The turn as its holder sees it. */
export function toTurn(item: TurnItem): Turn {
  const { chatId, eventId, owner, leaseUntil, attempts, messageId = "", senderId = "" } = item;
  const { outcomeUnknownSince, maybeSentAt, error, released = 0, steps = [], quotes } = item;
  const { thinkingAt, waitedAt, limited } = item;
  const answer = toAnswer(item);
  // It says itself what was taken for it, and who has not heard that it is stored may have written that down again.
  const spent = answer?.from === "model" ? undefined : item.spent;
  const held = {
    ...{ chatId, ...toPlace(item), eventId, owner, leaseUntil, attempts },
    crashes: Math.max(0, attempts - 1 - released),
    ...{ outcomeUnknownSince, maybeSentAt, error, steps },
    ...{ question: toContent(item), messageId, senderId, quotes },
    ...{ thinkingAt, waitedAt, limited, spent, transcript: toOwnTranscript(item) },
  };
  return answer ? { ...held, status: "answered", answer } : { ...held, status: "claimed" };
}

export function toTranscript({ transcript }: TurnItem): Transcript | undefined {
  return transcript === undefined ? undefined : (JSON.parse(transcript) as Transcript);
}

/** What its holder goes on with. */
function toOwnTranscript(item: TurnItem): Transcript | undefined {
  const transcript = toTranscript(item);
  return transcript && isTaken(item) ? outcomesUnknown(transcript) : transcript;
}

function isTaken({ takenBy = NOBODY }: TurnItem): boolean {
  return takenBy !== NOBODY;
}

function toAnswer(item: TurnItem): Answer | undefined {
  const { messages, idempotencyKey, route, carries, heldBack, gathers } = item;
  if (messages === undefined || idempotencyKey === undefined || route === undefined) return undefined;
  const carrying = { ...(carries && { carries }), ...(heldBack && { isHeldBack: heldBack }) };
  return { ...toSaid(item), idempotencyKey, route, ...carrying, ...(gathers && { gathers }) };
}

function toSaid(item: TurnItem): Said {
  const { notice, refused = false, repeats, origin = "", messageId, senderId, rest } = item;
  const said = { messages: toMessages(item), ...(rest !== undefined && { rest }) };
  if (notice) return { from: "bot", notice, ...said };
  const { inputTokens = 0, cachedTokens = 0, outputTokens = 0, searches, media } = item;
  const usage = { inputTokens, cachedTokens, outputTokens, ...(searches && { searches }) };
  const repeated =
    repeats === undefined
      ? undefined
      : { key: repeats, origin, question: toContent(item), messageId, senderId };
  const { confirmUntil: until } = item;
  const transcript = isTaken(item) ? undefined : toTranscript(item);
  const confirms = transcript && until !== undefined && { confirms: { transcript, until } };
  const spent = { usage, ...(media && { media }) };
  return {
    from: "model",
    ...said,
    ...spent,
    tokens: toTokens(item),
    refused,
    repeats: repeated,
    ...confirms,
  };
}

export function toPlace({ key, sequence }: TurnItem): Place {
  return { key, sequence };
}

/** Empty once it is erased. */
function toContent({ question = "[]" }: TurnItem): Content {
  return JSON.parse(question) as Content;
}

/** What stands in place of the messages of an answer that was erased, or of a notice that was delivered. */
export const NO_MESSAGES = "[]";

export function toMessages({ messages = NO_MESSAGES }: TurnItem): readonly Message[] {
  return JSON.parse(messages) as Message[];
}

function toText(item: TurnItem): string {
  return shownText(toMessages(item));
}

function toTokens({ questionTokens, answerTokens }: TurnItem): TokenCounts | undefined {
  if (questionTokens === undefined || answerTokens === undefined) return undefined;
  return { question: questionTokens, answer: answerTokens };
}

/** What the context needs of an answered turn; nothing for any other. */
function toPastTurn(item: TurnItem): PastTurn | undefined {
  if (!isConversation(item)) return undefined;
  const { key, messageId, senderId, speaker, quotes, sentIds, repeats, origin } = item;
  const [question, tokens] = [toContent(item), toTokens(item)];
  const answer = withoutHeardLine(toText(item), question);
  return { key, question, answer, messageId, senderId, speaker, quotes, sentIds, repeats, origin, tokens };
}

const seen: readonly TurnStatus[] = ["answered", "waiting", "carried", "delivered"];

/** A parked answer was never seen by the user, so the model must not believe that it was; a notice is not its own. */
function isConversation({ status, notice, refused, erased }: TurnItem): boolean {
  return seen.includes(status) && notice === undefined && refused !== true && erased !== true;
}

/** What may be asked again of a turn that was given up on, or refused by the model. */
export function toUnanswered(item: TurnItem): Repeated | undefined {
  const { key, status, refused, question, messageId, senderId, origin = key } = item;
  const isUnanswered = status === "parked" || (status === "delivered" && refused === true);
  if (!isUnanswered || question === undefined) return undefined;
  const transcript = status === "parked" ? toTranscript(item) : undefined;
  const repeated = { key, origin, question: toContent(item), messageId, senderId };
  return { ...repeated, ...(transcript && { calls: { key, transcript } }) };
}

export function toConversation(items: readonly TurnItem[]): PastTurn[] {
  return conversationOf(items.flatMap((item) => toPastTurn(item) ?? []));
}

/** A question that was answered once more counts with its last answer. */
export function conversationOf(past: readonly PastTurn[]): PastTurn[] {
  const repeated = new Set(past.map(({ repeats }) => repeats));
  return past.filter(({ key }) => !repeated.has(key));
}

/**
 * @param at the turn at hand
 * @param all the chat's newest, its carrier among them if it is carried
 */
export function toRecentTurn(item: TurnItem, at: Place, all: readonly TurnItem[]): RecentTurn {
  const { key, status, rest, sentIds, carriedBy, owner, senderId = "" } = item;
  const carrier = all.find((other) => other.key === carriedBy);
  const isFree = carriedBy === at.key || (carrier !== undefined && letsGo(carrier));
  const isEarlier = item.sequence < at.sequence;
  const isWaiting = isEarlier && (status === "waiting" || (status === "carried" && isFree));
  const { thinkingAt: toldAt } = item;
  const messages = toMessages(item).length;
  const waiting = isWaiting ? { messages, carriedBy, senderId, toldAt } : undefined;
  const isTaken = carriedBy !== undefined && carriedBy !== at.key && !(carrier && leavesOut(carrier, key));
  const isGathered = status === "gathered" && !isTaken;
  return {
    ...{ key, status, rest, ...(sentIds && { sentIds }), waiting },
    ...(isGathered && { gathered: { senderId, question: toContent(item), isEarlier, owner } }),
    confirmation: toConfirmation(item),
  };
}

function toConfirmation(item: TurnItem): RecentConfirmation | undefined {
  const { takenBy, confirmUntil: until, erased, senderId } = item;
  if (until === undefined || erased === true) return undefined;
  return { senderId, until, takenBy: isTaken(item) ? takenBy : undefined };
}

/** When a turn was over; nothing for one that is not. */
export function toFinishedTurn(item: TurnItem): FinishedTurn | undefined {
  const { key, senderId, finishedAt, notice } = item;
  return finishedAt === undefined ? undefined : { key, senderId, finishedAt, notice };
}

/** The newest fold that these turns, oldest first, have begun. */
export function toFolding(items: readonly TurnItem[]): Folding | undefined {
  const newest = items.findLast(({ foldingUntil }) => foldingUntil !== undefined);
  return newest && { until: newest.foldingUntil!, version: newest.foldingVersion ?? 0 };
}

/** When an apology was last pushed for one of these turns. */
export function lastApologyOf(items: readonly TurnItem[]): number | undefined {
  const all = items.flatMap(({ apologyPushedAt }) => apologyPushedAt ?? []);
  return all.length > 0 ? Math.max(...all) : undefined;
}

/** Expired turns stay for days until DynamoDB deletes them; they are no part of the conversation any more. */
export function toStoredTurn(item: TurnItem, isExpired: boolean): StoredTurn {
  const {
    status,
    messageId,
    senderId,
    origin = item.key,
    erased: isErased = false,
    refused = false,
    notice,
    messages,
    rest,
  } = item;
  const isUnanswered = (status === "parked" || refused) && !isExpired && !isErased;
  return {
    ...{ ...toPlace(item), status, messageId, senderId, origin, isErased },
    wasReplayed: item.replayedBy !== undefined,
    question: toContent(item),
    answer: [toText(item), rest, calledText(toTranscript(item))].filter(Boolean).join("\n"),
    hasNotice: notice !== undefined && messages !== undefined && messages !== NO_MESSAGES,
    past: isExpired ? undefined : toPastTurn(item),
    unanswered: isUnanswered ? toContent(item) : undefined,
  };
}
