import { BESIDE_TURNS, type Memory } from "./chat/chats.ts";
import { createErase } from "./chat/erase.ts";
import { createPark, type ParkRequest } from "./dead-letter/park.ts";
import { createDecide, type Decision, isTakenAway } from "./decide/decide.ts";
import { type BotError, toBotError } from "./error.ts";
import { chatHash } from "./log.ts";
import type { ReplyToken } from "./platform/line/deliver.ts";
import {
  chatOf,
  detailedType,
  type Erasure,
  erasureOf,
  isStandby,
  type LineEvent,
  type Question,
  questionOf,
} from "./platform/line/event.ts";
import { decodeJob, type Job } from "./queue/job.ts";
import { retryDelayS } from "./queue/retry.ts";
import type { Inbox, Incoming } from "./queue/sqs.ts";
import { type AnswerOptions, type AnswerRequest, createAnswer, type Prepared } from "./reply/answer.ts";
import { exportPage } from "./reply/export.ts";
import { createNotices } from "./reply/notice.ts";
import { deadlines, hold, maxEventAgeMs, replyTokenRenewableMs, retry } from "./settings.ts";
import { expiryOf } from "./table.ts";
import { dayOf, nameOfZone } from "./time-zone.ts";
import { givenUp, isForgotten, mayHaveArrived, runsApart, unclear, wasNeverSent } from "./turn/attempt.ts";
import { type DropReason, type Turn, type TurnFailure, turnKeyOf } from "./turn/turn.ts";
import type { TokenCap } from "./usage/cap.ts";
import { accountOf } from "./usage/usage.ts";

export type MessageOptions = AnswerOptions & {
  inbox: Inbox;
  /** Only if the bot has one. */
  cap?: TokenCap | undefined;
  /** A new name for every claim. */
  newOwner: () => string;
  /** From 0 up to 1. */
  random: () => number;
};

export type Batch = {
  /** When this invocation must be over, epoch milliseconds. */
  deadline: number;
  /** How many chats have a message in it. */
  chats: number;
  /** LINE's ids of the messages that an event in it unsends. */
  unsent: ReadonlySet<string>;
};

/** `again`: the message comes back, and the rest of its chat with it. */
export type Verdict =
  /** With what is left to do once the chat is free; it never throws. */
  { kind: "done"; after?: () => Promise<void>; tookAway?: boolean } | { kind: "again"; inS: number };

const done: Verdict = { kind: "done" };

/** Takes one message of the queue as far as it goes now. It never throws: every error is a verdict. */
export function createHandleMessage(options: MessageOptions) {
  const { bot, turns, chats, clock, log, newOwner, random } = options;
  const answer = createAnswer(options);
  const decide = createDecide(bot);
  const notices = createNotices(bot);
  const erase = createErase({ ...options, retentionDays: bot.memory.retentionDays });
  const park = createPark(options);

  return judge;

  async function judge(message: Incoming, batch: Batch): Promise<Verdict> {
    let job: Job;
    try {
      job = decodeJob(message.body);
    } catch (error) {
      return parked({ message, error: toBotError(error) });
    }
    const { event } = job;
    const names = { eventId: event.webhookEventId, chat: chatHash(message.chatId) };
    const erasure = erasureOf(event);
    const question = isStandby(event) ? undefined : questionOf(event);
    if (!erasure && !question) {
      log.info("event.ignored", { ...names, type: detailedType(event) });
      return done;
    }
    if (question && !isReplay(message, job) && clock.now() - event.timestamp > maxEventAgeMs) {
      log.warn("event.too_old", names);
      return done;
    }
    if (clock.now() + deadlines.modelAtLeastMs + deadlines.reserveMs > batch.deadline)
      return { kind: "again", inS: 0 };
    try {
      if (question) return await take(message, job, question, batch);
      if (erasure) await takeAway(message, event, erasure, batch);
      return { kind: "done", tookAway: true };
    } catch (error) {
      return beforeClaim(message, toBotError(error));
    }
  }

  /** Claims the turn while its chat's memory is read: one round trip before the model call. */
  async function take(message: Incoming, job: Job, question: Question, batch: Batch): Promise<Verdict> {
    const { event } = job;
    const { deadline } = batch;
    const { chatId } = message;
    const key = turnKeyOf(chatId, event);
    const place = { ...key, sequence: message.sequence };
    const now = clock.now();
    const names = { eventId: event.webhookEventId, chat: chatHash(chatId) };
    const mostTurns = Math.max(bot.memory.maxTurns, bot.limits.maxUnanswered);
    const recalling = chats.recall(place, mostTurns + BESIDE_TURNS, now);
    // Looked at below, once it is known whether the turn is ours.
    recalling.catch(() => {});
    const checkingCap = options.cap?.isReached();
    checkingCap?.catch(() => {});
    const claim = await turns.claim({
      ...place,
      eventId: event.webhookEventId,
      question: question.text,
      messageId: question.messageId,
      owner: newOwner(),
      now,
      leaseUntil: now + hold.leaseMs,
      expiresAt: expiryOf(now, bot.memory.retentionDays),
      replay: isReplay(message, job) ? message.messageId : undefined,
    });
    if (claim.kind === "finished") {
      log.info("turn.duplicate", { ...names, status: claim.status });
      return done;
    }
    if (claim.kind === "held") {
      log.warn("turn.held", names);
      return { kind: "again", inS: Math.max(1, Math.ceil((claim.until - now) / 1000)) };
    }
    const { turn } = claim;
    const replyToken = replyTokenOf(job);
    let held = turn;
    try {
      if (turn.attempts > retry.maxAttempts) throw givenUp(turn);
      if (isForgotten(turn, now)) throw unclear();
      if (runsApart(turn, batch)) return await putApart(turn);
      const memory = await recalling;
      log.info("turn.claimed", {
        ...names,
        attempts: turn.attempts,
        turns: memory.turns.length,
        ms: clock.now() - now,
      });
      const request = { turn, memory, replyToken, deadline };
      const prepared = await prepare(request, event, batch, checkingCap);
      if (!prepared) return done;
      held = prepared.turn;
      const after = await answer.send(prepared);
      if (prepared.turn.answer.notice === "forgotten") return { kind: "done", tookAway: true };
      return after ? { kind: "done", after } : done;
    } catch (cause) {
      const error = toBotError(cause);
      const unclear = mayHaveArrived(turn, held, error)
        ? { unclearSince: held.unclearSince ?? clock.now() }
        : {};
      return afterClaim(message, job, { ...held, ...unclear }, error, recalling);
    }
  }

  /** Has something stored to be sent; nothing, if the message gets no answer of its own. */
  async function prepare(
    request: Omit<AnswerRequest, "chat" | "notice" | "again">,
    event: LineEvent,
    { unsent, deadline }: Batch,
    checkingCap: Promise<boolean> | undefined,
  ): Promise<Prepared | undefined> {
    const { turn, memory } = request;
    const { chatId, eventId, messageId = "" } = turn;
    const asked = { ...request, chat: chatOf(event) };
    const isGone = unsent.has(messageId) || isTakenAway(turn, memory);
    if (turn.answer && !(isGone && wasNeverSent(turn))) return answer.prepare(asked);
    const isBotUsedUp = (await checkingCap) ?? false;
    const decision: Decision = isGone
      ? { kind: "drop", because: "unsent" }
      : decide({ turn, memory, sentAt: event.timestamp, now: clock.now(), isBotUsedUp });
    if ("waiting" in decision) {
      log.warn("chat.flooded", { eventId, chat: chatHash(chatId), waiting: decision.waiting });
    }
    if (decision.kind === "drop") {
      await drop(turn, memory, decision.because);
      return undefined;
    }
    if (decision.kind === "forget") await erase.chat({ chatId, eventId, before: turn, deadline });
    return answer.prepare({ ...asked, ...(await toSay(decision, turn, memory)) });
  }

  /** What is said in place of a model's answer; or which question it answers once more. */
  async function toSay(
    decision: Exclude<Decision, { kind: "drop" }>,
    turn: Turn,
    { summary }: Memory,
  ): Promise<Pick<AnswerRequest, "notice" | "again">> {
    if (decision.kind === "ask") return decision.again ? { again: decision.again } : {};
    if (decision.kind !== "export") return { notice: decision.notice };
    const { from, language } = decision;
    const { export: heading, memory: notesHeading, nothingStored: nothing } = bot.texts[language];
    const now = clock.now();
    const { timeZone } = bot;
    const exported = await exportPage(chats, {
      ...{ turn, from, notesHeading, nothing, summary, timeZone, now },
      heading: heading.replaceAll("{timeZone}", nameOfZone(now, timeZone, language)),
    });
    return { notice: notices.export(language, exported) };
  }

  async function drop(turn: Turn, memory: Memory, because: DropReason): Promise<void> {
    const at = clock.now();
    const account = accountOf(memory.usages, memory.fold, dayOf(at, bot.timeZone));
    await turns.drop(turn, at, account, because);
    log.info("turn.dropped", { eventId: turn.eventId, chat: chatHash(turn.chatId), because });
  }

  async function takeAway(
    { chatId, sequence }: Incoming,
    event: LineEvent,
    erasure: Erasure,
    { deadline }: Batch,
  ): Promise<void> {
    const { webhookEventId: eventId } = event;
    const before = { ...turnKeyOf(chatId, event), sequence };
    const request = { chatId, eventId, before, deadline };
    if (erasure.kind === "chat") await erase.chat(request);
    else await erase.message(erasure.messageId, request);
  }

  /** Nothing is known of the turn, so nothing is counted but the queue's own receives. */
  async function beforeClaim(message: Incoming, error: BotError): Promise<Verdict> {
    if (error.retry === "never") return parked({ message, error });
    return again(message, error, message.receiveCount);
  }

  async function afterClaim(
    message: Incoming,
    job: Job,
    turn: Turn,
    error: BotError,
    recalling: Promise<Memory>,
  ): Promise<Verdict> {
    const lost = error.code === "turn.lost" || error.code === "turn.lease_expired";
    if (!lost && (error.retry === "never" || turn.attempts >= retry.maxAttempts)) {
      const { receivedAt } = job;
      const memory = await recalling.catch(() => undefined);
      return parked({ message, error, turn, receivedAt, replyToken: replyTokenOf(job), memory });
    }
    if (!lost) {
      await release(turn, { code: error.code, unclearSince: turn.unclearSince });
    }
    return again(message, error, turn.attempts, turn.eventId);
  }

  function again(message: Incoming, error: BotError, attempts: number, eventId?: string): Verdict {
    const inS = retryDelayS(attempts, error.retryAfterMs, random);
    const { code, message: reason } = error;
    log.warn("job.retry", {
      ...(eventId && { eventId }),
      chat: chatHash(message.chatId),
      code,
      reason,
      attempts,
      inS,
    });
    return { kind: "again", inS };
  }

  async function putApart(turn: Turn): Promise<Verdict> {
    // The attempt that died may have been sending.
    const unclearSince = turn.unclearSince ?? (turn.answer && clock.now());
    await release(turn, { code: "worker.crashed", unclearSince });
    const inS = 1 + Math.floor(random() * retry.apartWithinS);
    log.warn("turn.put_apart", {
      eventId: turn.eventId,
      chat: chatHash(turn.chatId),
      crashes: turn.crashes,
      inS,
    });
    return { kind: "again", inS };
  }

  /** If even parking fails, the message comes back, and it is tried again. */
  async function parked(request: ParkRequest): Promise<Verdict> {
    try {
      await park(request);
      return done;
    } catch (error) {
      const { turn, error: reason } = request;
      if (turn) await release(turn, { code: reason.code, unclearSince: turn.unclearSince });
      return again(request.message, toBotError(error), retry.maxAttempts);
    }
  }

  async function release(turn: Turn, failure: TurnFailure): Promise<void> {
    try {
      await turns.release(turn, failure);
    } catch (cause) {
      log.warn("turn.not_released", { eventId: turn.eventId, code: toBotError(cause).code });
    }
  }
}

/** An operator brought it back: with a replay of ours, or by moving it from the dead-letter queue as it was. */
function isReplay(message: Incoming, job: Job): boolean {
  return job.replayedAt !== undefined || message.parkedAt !== undefined;
}

/** The token counts from its receipt; that of an event which first arrived very late counts no more. */
function replyTokenOf({ event, receivedAt }: Job): ReplyToken | undefined {
  if (event.replyToken === undefined) return undefined;
  const isRenewed = receivedAt - event.timestamp < replyTokenRenewableMs;
  return { token: event.replyToken, receivedAt: isRenewed ? receivedAt : event.timestamp };
}
