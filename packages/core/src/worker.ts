import { type AnswerOptions, createAnswer } from "./answer.ts";
import { languageOf } from "./bot.ts";
import { elapsed } from "./clock.ts";
import { createPark, type ParkRequest, unclearSince } from "./dead-letter/park.ts";
import { BotError, toBotError } from "./error.ts";
import type { ReplyToken } from "./line/deliver.ts";
import { detailedType, isStandby, type Question, questionOf } from "./line/event.ts";
import { chatHash } from "./log.ts";
import { inOrder } from "./queue/in-order.ts";
import { decodeJob, type Job } from "./queue/job.ts";
import { retryDelayS } from "./queue/retry.ts";
import type { Inbox, Incoming } from "./queue/sqs.ts";
import {
  deadlines,
  freeEarlyMs,
  maxEventAgeMs,
  replyTokenRenewableMs,
  retry,
  retryKeyGoodMs,
} from "./settings.ts";
import { type FinishedTurn, type Turn, turnKeyOf } from "./turn/turn.ts";
import type { TurnFailure } from "./turn/turns.ts";

export type WorkerOptions = AnswerOptions & {
  inbox: Inbox;
  /** A new name for every claim. */
  newOwner: () => string;
  /** From 0 up to 1. */
  random: () => number;
};

type Batch = {
  /** When this invocation must be over, epoch milliseconds. */
  deadline: number;
  /** How many chats have a message in it. */
  chats: number;
};

type Verdict = { kind: "done" } | { kind: "again"; inS: number };

const done: Verdict = { kind: "done" };

/**
 * Works through a batch: chats side by side, a chat's messages one after another. A chat that is
 * done is freed, not held until the slowest of its batch is; a failed message comes back
 * after its delay and holds back only its own chat.
 *
 * @returns the ids of the messages that must come back
 */
export function createWorker(options: WorkerOptions) {
  const { bot, turns, chats, inbox, clock, log, newOwner, random } = options;
  const answer = createAnswer(options);
  const park = createPark(options);

  return async (messages: readonly Incoming[], deadline: number): Promise<string[]> => {
    const over = Promise.withResolvers<void>();
    const batch = { deadline, chats: new Set(messages.map(({ chatId }) => chatId)).size };
    let running = batch.chats;
    const left = await inOrder(
      messages,
      ({ chatId }) => chatId,
      (message) => settle(message, batch),
      async ({ done, untouched }) => {
        await hide(untouched, 0);
        running -= 1;
        if (running === 0) over.resolve();
        await Promise.race([over.promise, elapsed(clock, freeEarlyMs)]);
        if (running > 0) await free(done);
      },
    );
    return left.map(({ messageId }) => messageId);
  };

  async function settle(message: Incoming, batch: Batch): Promise<"next" | "stop"> {
    const verdict = await judge(message, batch);
    if (verdict.kind === "done") return "next";
    await hide([message], verdict.inS);
    return "stop";
  }

  async function judge(message: Incoming, batch: Batch): Promise<Verdict> {
    let job: Job;
    try {
      job = decodeJob(message.body);
    } catch (error) {
      return parked({ message, error: toBotError(error) });
    }
    const question = isStandby(job.event) ? undefined : questionOf(job.event);
    if (!question) {
      const { webhookEventId: eventId } = job.event;
      log.info("event.ignored", { eventId, chat: chatHash(message.chatId), type: detailedType(job.event) });
      return done;
    }
    if (!isReplay(message, job) && clock.now() - job.event.timestamp > maxEventAgeMs) {
      const { webhookEventId: eventId } = job.event;
      log.warn("event.too_old", { eventId, chat: chatHash(message.chatId) });
      return done;
    }
    if (clock.now() + deadlines.modelAtLeastMs + deadlines.reserveMs > batch.deadline)
      return { kind: "again", inS: 0 };
    try {
      return await take(message, job, question, batch);
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
    const now = clock.now();
    const names = { eventId: event.webhookEventId, chat: chatHash(chatId) };
    // Besides the past turns, the chat's own item and this turn are read.
    const recalling = chats.recall(key, Math.max(bot.memory.maxTurns, bot.limits.maxUnanswered) + 2, now);
    // Looked at below, once it is known whether the turn is ours.
    recalling.catch(() => {});
    const claim = await turns.claim({
      ...key,
      eventId: event.webhookEventId,
      question: question.text,
      owner: newOwner(),
      now,
      leaseUntil: deadline,
      expiresAt: Math.floor(now / 1000) + bot.memory.retentionDays * 86_400,
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
    try {
      if (turn.attempts > retry.maxAttempts) throw crashed(turn);
      if (isForgotten(turn, now)) throw unclear();
      if (runsApart(turn, batch)) return await putApart(turn);
      const memory = await recalling;
      log.info("turn.claimed", {
        ...names,
        attempts: turn.attempts,
        turns: memory.turns.length,
        ms: clock.now() - now,
      });
      const backlog = backlogBehind(memory.finished, event.timestamp);
      const tooMany = turn.answer === undefined && backlog.waiting >= bot.limits.maxUnanswered;
      if (tooMany) log.warn("chat.flooded", { ...names, waiting: backlog.waiting });
      if (tooMany && backlog.told) {
        await turns.drop(turn, clock.now());
        return done;
      }
      const notice = tooMany ? bot.texts[languageOf(turn.question)].tooMany : undefined;
      await answer({ turn, memory, replyToken, deadline, notice });
      return done;
    } catch (error) {
      return afterClaim(message, job, turn, toBotError(error));
    }
  }

  /** Nothing is known of the turn, so nothing is counted but the queue's own receives. */
  async function beforeClaim(message: Incoming, error: BotError): Promise<Verdict> {
    if (error.retry === "never") return parked({ message, error });
    return again(message, error, message.receiveCount);
  }

  async function afterClaim(message: Incoming, job: Job, turn: Turn, error: BotError): Promise<Verdict> {
    const lost = error.code === "turn.lost" || error.code === "turn.lease_expired";
    if (!lost && (error.retry === "never" || turn.attempts >= retry.maxAttempts)) {
      return parked({ message, error, turn, receivedAt: job.receivedAt, replyToken: replyTokenOf(job) });
    }
    if (!lost) {
      await release(turn, { code: error.code, unclearSince: unclearSince(error, turn, clock.now()) });
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
    await release(turn, { code: "worker.crashed", unclearSince: clock.now() });
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

  /** If it fails, the queue's own visibility time-out brings the messages back, later. */
  async function hide(messages: readonly Incoming[], delayS: number): Promise<void> {
    if (messages.length === 0) return;
    try {
      await inbox.hide(messages, delayS);
    } catch (error) {
      log.warn("queue.not_hidden", { code: toBotError(error).code });
    }
  }

  /** Frees a chat while others of its batch still wait. If it fails, Lambda deletes the messages with the batch. */
  async function free(done: readonly Incoming[]): Promise<void> {
    if (done.length === 0) return;
    try {
      await inbox.delete(done);
    } catch (error) {
      log.warn("queue.not_deleted", { code: toBotError(error).code });
    }
  }
}

/**
 * How many earlier messages of the chat were still in line when this one was sent, and whether the
 * user has been told that not all of them will get an answer. It needs no counter and no read of its
 * own: a turn that was finished after this message was sent was in line before it.
 */
function backlogBehind(finished: readonly FinishedTurn[], sentAt: number) {
  const since = finished.filter(({ finishedAt }) => finishedAt > sentAt);
  return {
    waiting: since.length,
    told: since.some(({ told }) => told),
  };
}

/** An operator brought it back: with a replay of ours, or by moving it from the dead-letter queue as it was. */
function isReplay(message: Incoming, job: Job): boolean {
  return job.replayedAt !== undefined || message.parkedAt !== undefined;
}

/**
 * A message under which the process died may be what killed it. All of its batch come back at the same
 * moment, and would die together again until all are given up; so each comes back at a moment of its own.
 * The last attempts are made in any company.
 */
function runsApart({ crashes, attempts }: Turn, { chats }: Batch): boolean {
  return crashes > 0 && chats > 1 && attempts < retry.maxAttempts - 1;
}

/** LINE no longer knows the retry key of a push that it may have accepted: pushing again could answer twice. */
function isForgotten({ answer, unclearSince: since }: Turn, now: number): boolean {
  return answer?.way === "push" && since !== undefined && now - since > retryKeyGoodMs;
}

function unclear(): BotError {
  const reason = "A push may have been accepted so long ago that LINE no longer recognizes its retry key";
  return new BotError("delivery.unclear", reason, { retry: "never" });
}

/** Every attempt so far ended without a word: the process died under it. */
function crashed(turn: Turn): BotError {
  const reason = `Given up after ${turn.attempts - 1} attempts that ended without an error`;
  return new BotError("worker.crashed", reason, { retry: "never" });
}

/** The token counts from its receipt; that of an event which first arrived very late counts no more. */
function replyTokenOf({ event, receivedAt }: Job): ReplyToken | undefined {
  if (event.replyToken === undefined) return undefined;
  const isRenewed = receivedAt - event.timestamp < replyTokenRenewableMs;
  return { token: event.replyToken, receivedAt: isRenewed ? receivedAt : event.timestamp };
}
