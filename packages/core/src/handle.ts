import type { Bot } from "./bot/bot.ts";
import { BESIDE_TURNS, type Chats, type Memory } from "./chat/chats.ts";
import { createErase } from "./chat/erase.ts";
import type { Clock } from "./clock.ts";
import { toBotError } from "./error.ts";
import { createFail } from "./fail.ts";
import type { Batch, Work } from "./held.ts";
import { chatHash, type Log } from "./log.ts";
import { createIdentify } from "./model/identity.ts";
import type { Model } from "./model/model.ts";
import type { Erasure, Question } from "./platform/platform.ts";
import { createPrepare } from "./prepare.ts";
import type { Inbox } from "./queue/sqs.ts";
import type { ReadableMessage, Received } from "./receive.ts";
import { createSend } from "./send.ts";
import { deadlines, hold, maxEventAgeMs, retry } from "./settings.ts";
import { expiryOf } from "./table.ts";
import { givenUp, mustIsolate, retryKeyExpired, retryKeyUnknown, unknownSince } from "./turn/attempt.ts";
import { turnKeyOf } from "./turn/place.ts";
import type { Claim, Turns } from "./turn/turns.ts";
import type { TokenCap } from "./usage/cap.ts";
import { acknowledged, erased, type Verdict } from "./verdict.ts";

export type HandleOptions = {
  bot: Bot;
  turns: Turns;
  chats: Chats;
  model: Model;
  inbox: Pick<Inbox, "park">;
  /** Only if the bot has one. */
  cap?: TokenCap | undefined;
  /** Keys the user ids that OpenAI sees. */
  identitySecret: string;
  /** A new name for every claim. */
  newOwner: () => string;
  /** From 0 up to 1. */
  random: () => number;
  clock: Clock;
  log: Log;
};

/**
 * The pipeline: read → claim, while the memory is recalled → decide → reply → store → deliver → finish.
 * It may stop anywhere: the next claim finds what was stored and goes on from there.
 *
 * @returns takes one message as far as it goes now. It never throws: every error is a verdict.
 */
export function createHandle(options: HandleOptions) {
  const { bot, turns, chats, clock } = options;
  const { retentionDays } = bot.memory;
  const identify = createIdentify(options.identitySecret);
  const prepare = createPrepare({ ...options, identify });
  const send = createSend({ ...options, identify });
  const erase = createErase({ turns, chats, retentionDays, clock });
  const { fail, isolate } = createFail(options);

  return async (received: Received, batch: Batch): Promise<Verdict> => {
    const { message } = received;
    const chat = chatHash(message.chatId);
    if (received.kind === "unreadable") {
      const log = options.log.with({ chat });
      return fail({ kind: "unclaimed", message, error: received.error, log });
    }
    const { inbound } = received;
    const log = options.log.with({ eventId: inbound.eventId, chat });
    if (inbound.kind === "ignored") {
      log.info("event.ignored", { type: inbound.type });
      return acknowledged;
    }
    if (inbound.kind === "question" && isTooOld(inbound, received)) {
      log.warn("event.too_old");
      return acknowledged;
    }
    if (clock.now() + deadlines.modelAtLeastMs + deadlines.reserveMs > batch.deadline) {
      return { kind: "retry", inS: 0 };
    }
    try {
      const work = { ...received, batch, log };
      return inbound.kind === "erasure"
        ? await eraseSaid({ ...work, inbound })
        : await answer({ ...work, inbound });
    } catch (error) {
      return fail({ kind: "unclaimed", message, error: toBotError(error), log });
    }
  };

  async function eraseSaid({ message, inbound, batch, log }: Work<Erasure>): Promise<Verdict> {
    const { chatId, sequence } = message;
    const before = { ...turnKeyOf(chatId, inbound), sequence };
    const request = { chatId, before, deadline: batch.deadline, log };
    if (inbound.erase === "chat") await erase.chat(request);
    else await erase.message(inbound.erase.messageId, request);
    return erased;
  }

  /** Claims the turn while its chat's memory is read: one round trip before the model call. */
  async function answer(work: Work<Question>): Promise<Verdict> {
    const { message, batch, log } = work;
    const startedAt = clock.now();
    const recalling = later(recall(work));
    const checkingCap = later(options.cap?.isReached() ?? Promise.resolve(false));
    const claim = await claimTurn(work);
    if (claim.kind === "finished") {
      log.info("turn.duplicate", { status: claim.status });
      return acknowledged;
    }
    if (claim.kind === "held") {
      log.warn("turn.held");
      return { kind: "retry", inS: Math.max(1, Math.ceil((claim.until - startedAt) / 1000)) };
    }

    let { turn } = claim;
    try {
      if (turn.attempts > retry.maxAttempts) throw givenUp(turn);
      if (retryKeyExpired(turn, startedAt)) throw retryKeyUnknown();
      if (mustIsolate(turn, batch)) return await isolate(turn, log);
      const memory = await recalling;
      const ms = clock.now() - startedAt;
      log.info("turn.claimed", { attempts: turn.attempts, turns: memory.turns.length, ms });

      const held = { ...work, turn, memory, checkingCap };
      const stored = await prepare(held);
      if (!stored) return acknowledged;
      turn = stored.turn;
      return await send(stored, held);
    } catch (cause) {
      const error = toBotError(cause);
      turn = { ...turn, outcomeUnknownSince: unknownSince(turn, error, clock.now()) };
      return fail({ ...work, kind: "claimed", message, turn, error, recalling });
    }
  }

  function recall({ message, inbound }: Work<Question>): Promise<Memory> {
    const place = { ...turnKeyOf(message.chatId, inbound), sequence: message.sequence };
    const mostTurns = Math.max(bot.memory.maxTurns, bot.limits.maxUnanswered);
    return chats.recall(place, mostTurns + BESIDE_TURNS, clock.now());
  }

  function claimTurn({ message, inbound, replay }: Work<Question>): Promise<Claim> {
    const now = clock.now();
    const { eventId, messageId, senderId, content } = inbound;
    return turns.claim({
      ...turnKeyOf(message.chatId, inbound),
      ...{ sequence: message.sequence, eventId, messageId, senderId, question: content, now },
      owner: options.newOwner(),
      leaseUntil: now + hold.leaseMs,
      expiresAt: expiryOf(now, retentionDays),
      replay,
    });
  }

  function isTooOld({ at }: Question, { replay }: ReadableMessage): boolean {
    return !replay && clock.now() - at > maxEventAgeMs;
  }
}

/** Something that is looked at later: until then it may fail without anybody hearing of it. */
function later<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
