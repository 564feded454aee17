import type { Bot } from "./bot/bot.ts";
import { BESIDE_TURNS, type Chats, type Memory } from "./chat/chats.ts";
import { createErase } from "./chat/erase.ts";
import type { Clock } from "./clock.ts";
import { isFoldDue } from "./context/fold.ts";
import { createLeavePast } from "./context/leave-past.ts";
import { decide, isErased } from "./decide/decide.ts";
import { BotError, toBotError } from "./error.ts";
import { createFail } from "./fail.ts";
import { chatHash, type Log, userHash } from "./log.ts";
import { createIdentify } from "./model/identity.ts";
import type { Model } from "./model/model.ts";
import { idempotencyKeyOf } from "./platform/idempotency-key.ts";
import type { Erasure, Question } from "./platform/platform.ts";
import type { Job } from "./queue/job.ts";
import type { Inbox, Incoming } from "./queue/sqs.ts";
import type { ReadableMessage, Received } from "./receive.ts";
import { createReply, type Reply } from "./reply/reply.ts";
import { deadlines, hold, maxEventAgeMs, retry } from "./settings.ts";
import { expiryOf } from "./table.ts";
import { dayOf } from "./time-zone.ts";
import {
  givenUp,
  mayHaveArrived,
  mustIsolate,
  outcomeUnknownForever,
  retryKeyExpired,
  wasNeverSent,
} from "./turn/attempt.ts";
import { turnKeyOf } from "./turn/place.ts";
import type { Answer, AnsweredTurn, DropReason, PastTurn, Said, Turn } from "./turn/turn.ts";
import type { Claim, Turns } from "./turn/turns.ts";
import type { TokenCap } from "./usage/cap.ts";
import { type RunningTotal, runningTotal, type SentUsage, sends, withSend } from "./usage/usage.ts";
import { acknowledged, erased, type Next, type Verdict } from "./verdict.ts";

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

export type Batch = {
  /** When this invocation must be over, epoch milliseconds. */
  deadline: number;
  /** How many chats have a message in it. */
  chats: number;
  /** Ids of the messages that an event in it unsends. */
  unsent: ReadonlySet<string>;
};

/** A message that is being worked on. */
type Work<T> = Omit<ReadableMessage, "inbound"> & { inbound: T; batch: Batch; log: Log };

/** A turn that this worker holds, and what it knows of it. */
type Held = Work<Question> & { turn: Turn; memory: Memory; checkingCap: Promise<boolean> };

/** A turn whose answer is stored; `past` only if the model was asked just now, and its answer joins the window. */
type Stored = { turn: AnsweredTurn; past: PastTurn | undefined };

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
  const { reply, notice } = createReply({ ...options, identify });
  const leavePast = createLeavePast({ chats, retentionDays, clock });
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
      if (retryKeyExpired(turn, startedAt)) throw outcomeUnknownForever();
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
      const outcomeUnknownSince = mayHaveArrived(claim.turn, turn, error)
        ? (turn.outcomeUnknownSince ?? clock.now())
        : undefined;
      turn = { ...turn, outcomeUnknownSince };
      return fail({ ...work, kind: "claimed", message, turn, error, recalling });
    }
  }

  function recall({ message, inbound }: Work<Question>): Promise<Memory> {
    const place = { ...turnKeyOf(message.chatId, inbound), sequence: message.sequence };
    const mostTurns = Math.max(bot.memory.maxTurns, bot.limits.maxUnanswered);
    return chats.recall(place, mostTurns + BESIDE_TURNS, clock.now());
  }

  function claimTurn({ message, job, inbound }: Work<Question>): Promise<Claim> {
    const now = clock.now();
    const { eventId, messageId, senderId, content } = inbound;
    return turns.claim({
      ...turnKeyOf(message.chatId, inbound),
      ...{ sequence: message.sequence, eventId, messageId, senderId, question: content, now },
      owner: options.newOwner(),
      leaseUntil: now + hold.leaseMs,
      expiresAt: expiryOf(now, retentionDays),
      replay: isReplay(message, job) ? message.messageId : undefined,
    });
  }

  /** Has an answer stored; nothing, if the message gets no answer of its own. */
  async function prepare(held: Held): Promise<Stored | undefined> {
    const { turn, memory, inbound, batch, log } = held;
    const isGone = batch.unsent.has(turn.messageId) || isErased(turn, memory);
    if (turn.status === "answered" && !(isGone && wasNeverSent(turn))) return { turn, past: undefined };
    if (isGone) return drop("unsent", held);

    const isBotUsedUp = await held.checkingCap;
    const total = totalNow(held);
    const decision = decide({ turn, memory, total, sentAt: inbound.at, isBotUsedUp }, bot);
    const request = { ...held, question: inbound, deadline: batch.deadline };
    switch (decision.kind) {
      case "drop":
        return drop(decision.because, held);
      case "flooded":
        log.warn("chat.flooded", { waiting: decision.waiting });
        return decision.isTold ? drop("too_many", held) : store(notice("too_many", request), held);
      case "forget":
        await erase.chat({ chatId: turn.chatId, before: turn, deadline: batch.deadline, log });
        return store(notice("forgotten", request), held);
      default:
        return store(await reply(decision, request), held);
    }
  }

  async function drop(because: DropReason, held: Held): Promise<undefined> {
    await turns.drop(held.turn, clock.now(), totalNow(held), because);
    held.log.info("turn.dropped", { because });
  }

  /** From here on the model is never asked again. */
  async function store({ said, isPastRefused }: Reply, held: Held): Promise<Stored> {
    const { turn, memory, platform, job, log } = held;
    const now = clock.now();
    const route = platform.route(job, now, bot.delivery);
    const answer: Answer = { ...said, idempotencyKey: idempotencyKeyOf(turn.eventId), route };
    const [stored] = await Promise.all([
      turns.answer(turn, answer, now + hold.leaseMs),
      isPastRefused && leavePast(turn, memory, log),
    ]);
    const { messages } = said;
    log.info("turn.answered", {
      messages: messages.length,
      ...(said.from === "bot" && { notice: said.notice }),
    });
    return { turn: stored, past: isPastRefused ? undefined : pastOf(stored, said) };
  }

  /** Sends what is stored, and marks it as sent. */
  async function send({ turn, past }: Stored, held: Held): Promise<Verdict> {
    const { platform, job, memory, log } = held;
    const { chatId, answer } = turn;
    // Between storing and sending, so that whatever dies here, one of the two has the question.
    if (answer.from === "model" && answer.repeats) await turns.supersede({ chatId, key: answer.repeats.key });
    const startedAt = clock.now();
    const resumed = held.turn.status === "answered";
    const delivered = await platform.deliver({
      ...{ job, chatId, ...answer },
      maybeSent: held.turn.status === "answered" && !wasNeverSent(held.turn),
      mustHold: (forMs) => mustHold(turn, forMs),
      usePush: () => turns.usePush(turn),
    });
    const at = clock.now();
    const next = nextAfter(turn, past, held);
    const folding =
      next.kind === "fold" ? { until: held.batch.deadline, version: memory.version } : undefined;
    const total = totalNow(held);
    const totalAfter = withSend(total, delivered.route, sentUsage(answer, total));
    await turns.delivered(turn, { ...delivered, at, total: totalAfter, folding });
    const { route: by, requestId: lineRequestId } = delivered;
    log.info("turn.delivered", { by, resumed, lineRequestId, ms: at - startedAt });
    return { kind: "acknowledge", next };
  }

  function nextAfter({ answer }: AnsweredTurn, past: PastTurn | undefined, held: Held): Next {
    if (answer.from === "bot" && answer.notice === "forgotten") return { kind: "keep_unfolded" };
    const { turn, memory, inbound, batch, log } = held;
    if (!past || !isFoldDue({ memory, past }, bot, clock.now())) return { kind: "nothing" };
    const safetyIdentifier = identify(inbound.senderId);
    const { chatId } = turn;
    return { kind: "fold", task: { chatId, memory, past, safetyIdentifier, deadline: batch.deadline, log } };
  }

  /** The user's total of today before this turn. */
  function totalNow({ memory, inbound }: Held): RunningTotal {
    const day = dayOf(clock.now(), bot.timeZone);
    return runningTotal(memory.usages, memory.fold, { user: userHash(inbound.senderId), day });
  }

  /**
   * A worker that woke up late sends nothing: it must hold its lease for as long as the call can take.
   * With every write conditional on the lease's owner, this leaves no moment for two senders.
   */
  function mustHold({ leaseUntil }: Turn, forMs: number): void {
    if (clock.now() + forMs <= leaseUntil) return;
    const reason = "The lease ran out before the answer was sent";
    throw new BotError("turn.lease_expired", reason, { retry: "later" });
  }

  function isTooOld({ at }: Question, { message, job }: ReadableMessage): boolean {
    return !isReplay(message, job) && clock.now() - at > maxEventAgeMs;
  }
}

/** An operator brought it back: with a replay of ours, or by moving it from the dead-letter queue as it was. */
function isReplay(message: Incoming, job: Job): boolean {
  return job.replayedAt !== undefined || message.parkedAt !== undefined;
}

/** Something that is looked at later: until then it may fail without anybody hearing of it. */
function later<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

/** What a question that the model declined does not join. */
function pastOf({ key, question, messageId }: AnsweredTurn, said: Said): PastTurn | undefined {
  if (said.from === "bot" || said.refused) return undefined;
  const { messages, tokens, repeats } = said;
  const answer = messages.map(({ text }) => text).join("\n");
  return { key, question, answer, messageId, tokens, repeats: repeats?.key, origin: repeats?.origin };
}

/** What the answer counts as in its user's day; the limit is not reached if the day has changed since it was decided. */
function sentUsage(answer: Answer, { usage }: RunningTotal): SentUsage {
  if (answer.from === "model") return answer.usage;
  const isLimit = answer.notice === "total_limit" || (answer.notice === "daily_limit" && sends(usage) > 0);
  return isLimit ? "limit_notice" : "notice";
}
