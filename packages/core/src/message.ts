import { type AnswerOptions, createAnswer } from "./answer.ts";
import { languageOf } from "./bot.ts";
import { createPark, type ParkRequest } from "./dead-letter/park.ts";
import { BotError, toBotError } from "./error.ts";
import type { ReplyToken } from "./line/deliver.ts";
import { detailedType, isStandby, type Question, questionOf } from "./line/event.ts";
import { chatHash } from "./log.ts";
import { decodeJob, type Job } from "./queue/job.ts";
import { retryDelayS } from "./queue/retry.ts";
import type { Inbox, Incoming } from "./queue/sqs.ts";
import { deadlines, maxEventAgeMs, replyTokenRenewableMs, retry, retryKeyGoodMs } from "./settings.ts";
import { type FinishedTurn, type Turn, turnKeyOf } from "./turn/turn.ts";
import type { TurnFailure } from "./turn/turns.ts";
import { accountOf } from "./usage/usage.ts";

export type MessageOptions = AnswerOptions & {
  inbox: Inbox;
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
};

/** `again`: the message comes back, and the rest of its chat with it. */
export type Verdict =
  /** With what is left to do once the chat is free; it never throws. */
  { kind: "done"; after?: () => Promise<void> } | { kind: "again"; inS: number };

const done: Verdict = { kind: "done" };

/** Takes one message of the queue as far as it goes now. It never throws: every error is a verdict. */
export function createHandleMessage(options: MessageOptions) {
  const { bot, turns, chats, clock, log, newOwner, random } = options;
  const answer = createAnswer(options);
  const park = createPark(options);

  return judge;

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
      const backlog = backlogBehind(memory.finished, event.timestamp);
      const tooMany = turn.answer === undefined && backlog.waiting >= bot.limits.maxUnanswered;
      if (tooMany) log.warn("chat.flooded", { ...names, waiting: backlog.waiting });
      if (tooMany && backlog.told) {
        const at = clock.now();
        await turns.drop(turn, at, accountOf(memory.finished, memory.fold, at));
        return done;
      }
      const notice = tooMany ? bot.texts[languageOf(turn.question)].tooMany : undefined;
      const prepared = await answer.prepare({ message, turn, memory, replyToken, deadline, notice });
      held = prepared.turn;
      await answer.send(prepared);
      const after = answer.tidying(prepared);
      return after ? { kind: "done", after } : done;
    } catch (cause) {
      const error = toBotError(cause);
      const unclear = mayHaveArrived(turn, held, error)
        ? { unclearSince: held.unclearSince ?? clock.now() }
        : {};
      return afterClaim(message, job, { ...held, ...unclear }, error);
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

/** There were enough attempts: the last one died, or could not even be parked. */
function givenUp({ attempts, crashes, error }: Turn): BotError {
  const reason = `Given up after ${attempts - 1} attempts, of which ${crashes} ended without an error`;
  return new BotError(crashes > 0 || !error ? "worker.crashed" : error, reason, { retry: "never" });
}

/** Whether the user may have the answer although nobody heard so: the send, or an earlier attempt, ended in the dark. */
function mayHaveArrived(claimed: Turn, held: Turn, { outcome }: BotError): boolean {
  if (held.unclearSince !== undefined) return true;
  return (
    held.answer !== undefined &&
    (outcome === "unknown" || (claimed.answer !== undefined && claimed.crashes > 0))
  );
}

/** The token counts from its receipt; that of an event which first arrived very late counts no more. */
function replyTokenOf({ event, receivedAt }: Job): ReplyToken | undefined {
  if (event.replyToken === undefined) return undefined;
  const isRenewed = receivedAt - event.timestamp < replyTokenRenewableMs;
  return { token: event.replyToken, receivedAt: isRenewed ? receivedAt : event.timestamp };
}
