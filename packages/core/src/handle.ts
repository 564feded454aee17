import type { Bot } from "./bot/bot.ts";
import { type Handlers, handlerOf } from "./bot/handler.ts";
import { BESIDE_TURNS, type Chats, type Memory } from "./chat/chats.ts";
import { createErase } from "./chat/erase.ts";
import type { TalkMessage } from "./chat/talk.ts";
import type { Clock } from "./clock.ts";
import { courtesy } from "./courtesy.ts";
import { questionIn } from "./decide/addressed.ts";
import { pressingIn, saidBy } from "./decide/button.ts";
import { toBotError } from "./error.ts";
import { createFail } from "./fail.ts";
import type { Batch, Work } from "./held.ts";
import { chatHash, type Log } from "./log.ts";
import { createIdentify } from "./model/identity.ts";
import type { Model } from "./model/model.ts";
import type { Moderator } from "./model/moderator.ts";
import type { Pace } from "./model/pace.ts";
import type { Transcriber } from "./model/transcriber.ts";
import { textContent, textOf } from "./platform/content.ts";
import type { Answerable, Erasure, Inbound, Overheard, Question } from "./platform/platform.ts";
import { createPrepare } from "./prepare.ts";
import type { Reminders } from "./queue/reminders.ts";
import type { Inbox } from "./queue/sqs.ts";
import type { ReadableMessage, Received } from "./receive.ts";
import { createSend } from "./send.ts";
import { answerMs, hold, maxEventAgeMs, retry } from "./settings.ts";
import { expiryOf } from "./table.ts";
import { givenUp, isPushUnclear, mustIsolate, pushUnclear, unheardSends } from "./turn/attempt.ts";
import type { Claim } from "./turn/claim.ts";
import { afterKey, turnKeyOf } from "./turn/place.ts";
import type { Turns } from "./turn/turns.ts";
import type { TokenCap } from "./usage/cap.ts";
import { createSpending, nothingSpent } from "./usage/spent.ts";
import { acknowledged, erased, type Verdict } from "./verdict.ts";

export type HandleOptions = {
  bot: Bot;
  turns: Turns;
  chats: Chats;
  model: Model;
  /** Of that model. */
  pace: Pace;
  transcriber: Transcriber;
  moderator: Moderator;
  inbox: Pick<Inbox, "park">;
  reminders: Reminders;
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
    if (inbound.kind === "ignored" || isPassedOver(inbound)) {
      log.info("event.ignored", { type: inbound.type });
      return acknowledged;
    }
    if (inbound.kind !== "erasure" && isTooOld(inbound, received)) {
      log.warn("event.too_old");
      return acknowledged;
    }
    if (clock.now() + answerMs(bot) > batch.deadline) {
      return { kind: "retry", inS: 0 };
    }
    try {
      const work = { ...received, batch, log };
      if (inbound.kind === "erasure") return await eraseSaid({ ...work, inbound });
      const answerable =
        inbound.kind === "overheard" ? await addressed({ ...work, inbound }) : asked(inbound, bot);
      if (answerable) return await answer({ ...work, inbound: answerable });
      if (inbound.kind === "overheard") await overhear({ ...work, inbound });
      log.info("event.ignored", { type: inbound.type });
      return acknowledged;
    } catch (error) {
      return fail({ kind: "unclaimed", message, error: toBotError(error), log });
    }
  };

  async function eraseSaid({ message, inbound, batch, log }: Work<Erasure>): Promise<Verdict> {
    const { chatId, sequence } = message;
    const before = { ...turnKeyOf(chatId, inbound), sequence };
    const request = { chatId, before, deadline: batch.deadline, log };
    if (inbound.erase === "chat") await erase.chat(request);
    else await erase.message(inbound.erase, request);
    return erased;
  }

  async function addressed(work: Work<Overheard>): Promise<Question | undefined> {
    const { inbound: overheard, platform } = work;
    const question = await questionIn({ overheard, platform, recall: () => recall(work) }, bot);
    // What comes for the first time costs no read.
    const isFirst = work.message.receiveCount === 1 && !work.replay;
    if (question || isFirst || !(await wasClaimed(work))) return question;
    return { ...overheard, kind: "question" };
  }

  /**
   * Who claimed it knew that it is for the bot. The bot's name, or the message that it quotes, may be out of reach by
   * now.
   */
  async function wasClaimed({ message, inbound }: Work<Overheard>): Promise<boolean> {
    const { chatId, key } = turnKeyOf(message.chatId, inbound);
    return (await chats.page(chatId, key, afterKey(key), clock.now())).turns.length > 0;
  }

  /** Kept for the next question, which does without if it cannot be. */
  async function overhear(work: Work<Overheard>): Promise<void> {
    const { message, inbound, log } = work;
    const { messageId, senderId, content } = inbound;
    const [text, limit] = [textOf(content), bot.groups.overheard];
    if (limit === 0 || text === "") return;
    const { chatId, key } = turnKeyOf(message.chatId, inbound);
    const said = { key, sequence: message.sequence, messageId, senderId, text };
    const keep = async () => {
      // LINE delivers it once more, and it was answered before, or even erased.
      if (await wasClaimed(work)) return;
      await chats.overhear(chatId, said, limit, clock.now());
    };
    await courtesy(keep, log, "talk.not_kept");
  }

  async function talkIn({ message, inbound, log }: Work<Answerable>): Promise<readonly TalkMessage[]> {
    let talk: readonly TalkMessage[] = [];
    if (inbound.chat.type === "user" || bot.groups.overheard === 0) return talk;
    const recallTalk = async () => {
      talk = await chats.talk(message.chatId, clock.now());
    };
    await courtesy(recallTalk, log, "talk.not_recalled");
    return talk;
  }

  /** Claims the turn while its chat's memory is read: one round trip before the model call. */
  async function answer(work: Work<Answerable>): Promise<Verdict> {
    const { message, inbound, platform, batch, log } = work;
    const startedAt = clock.now();
    const recalling = later(recall(work));
    const checkingCap = later(options.cap?.isReached() ?? Promise.resolve(false));
    const profile = platform.profileOf(inbound.chat, inbound.senderId, work.job);
    const talk = talkIn(work);
    const claim = await claimTurn(work);
    if (claim.kind === "finished") {
      log.info("turn.duplicate", { status: claim.status });
      return acknowledged;
    }
    if (claim.kind === "held") {
      log.warn("turn.held");
      return { kind: "retry", inS: Math.max(1, Math.ceil((claim.until - startedAt) / 1000)) };
    }
    if (claim.kind === "carried") return remindLater(work);

    let { turn } = claim;
    const shownAsRead = courtesy(() => platform.markAsRead(work.job), log, "message.not_marked_read");
    const thinking = { at: turn.thinkingAt };
    const spending = createSpending(turn.spent ?? nothingSpent);
    try {
      if (turn.attempts > retry.maxAttempts) throw givenUp(turn);
      if (isPushUnclear(turn, work.platform, startedAt)) throw pushUnclear();
      if (mustIsolate(turn, batch)) return await isolate(turn, log);
      const memory = await recalling;
      const ms = clock.now() - startedAt;
      log.info("turn.claimed", { attempts: turn.attempts, turns: memory.turns.length, ms });

      const held = { ...work, turn, memory, profile, talk, thinking, spending, checkingCap };
      const stored = await prepare(held);
      if (!stored) return acknowledged;
      turn = stored.turn;
      return await send(stored, held);
    } catch (cause) {
      const error = toBotError(cause);
      // Of what is answered it is stored.
      const spent = turn.status === "answered" ? turn.spent : spending.soFar();
      turn = { ...turn, ...unheardSends(turn, error, clock.now()), thinkingAt: thinking.at, spent };
      return fail({ ...work, kind: "claimed", message, turn, error, recalling, profile });
    } finally {
      await shownAsRead;
    }
  }

  /** It does not wait at the head of its chat: an operator may have put the job of the other turn behind it. */
  async function remindLater({ message, job, log }: Work<Answerable>): Promise<Verdict> {
    const inS = bot.slow.pushAfterS;
    await options.reminders.put(message.chatId, job, inS);
    log.info("turn.duplicate", { status: "carried", inS });
    return acknowledged;
  }

  function recall({ message, inbound }: Work<Answerable | Overheard>): Promise<Memory> {
    const place = { ...turnKeyOf(message.chatId, inbound), sequence: message.sequence };
    const mostTurns = Math.max(bot.memory.maxTurns, bot.limits.maxUnanswered);
    return chats.recall(place, mostTurns + BESIDE_TURNS, clock.now());
  }

  function claimTurn({ message, inbound, job, replay }: Work<Answerable>): Promise<Claim> {
    const now = clock.now();
    const { eventId, senderId } = inbound;
    const { messageId, content, quotes } = inbound.kind === "question" ? inbound : pressedWith(inbound);
    return turns.claim({
      ...turnKeyOf(message.chatId, inbound),
      ...{ sequence: message.sequence, eventId, messageId, senderId, question: content, quotes, now },
      owner: options.newOwner(),
      leaseUntil: now + hold.leaseMs,
      expiresAt: expiryOf(now, retentionDays),
      replay,
      isDue: job.isDue ?? false,
    });
  }

  /** A greeting that the bot does not give, an event without a handler, or a button of another version of the bot. */
  function isPassedOver(inbound: Inbound): boolean {
    if (inbound.kind === "greeting") return !bot.greeting && !handlerOf(inbound.event, bot);
    if (inbound.kind === "occurrence") return !inbound.isAsking && !handlerOf(inbound.event, bot);
    return inbound.kind === "pressed" && pressingIn(inbound.data) === undefined;
  }

  function isTooOld({ at }: { at: number }, { replay }: ReadableMessage): boolean {
    return !replay && clock.now() - at > maxEventAgeMs;
  }
}

/** What a user says by a button is a question like any other. */
function asked(inbound: Answerable, bot: Handlers): Answerable {
  // It has asked for something, and nobody knows what.
  const isUnhandled = inbound.kind === "occurrence" && !handlerOf(inbound.event, bot);
  if (isUnhandled) return { ...inbound, ...unwritten, kind: "question" };
  const pressing = inbound.kind === "pressed" ? pressingIn(inbound.data) : undefined;
  if (pressing?.kind !== "say") return inbound;
  return { ...inbound, ...unwritten, kind: "question", content: textContent(pressing.text) };
}

/** What a user says by a button is what the model reads of it. */
function pressedWith(
  inbound: Exclude<Answerable, Question>,
): Pick<Question, "messageId" | "content" | "quotes"> {
  const text = inbound.kind === "pressed" ? saidBy(pressingIn(inbound.data)) : undefined;
  return text === undefined ? unwritten : { ...unwritten, content: textContent(text) };
}

/** In place of a message, where there is none. */
const unwritten = { messageId: "", content: [], quotes: undefined };

/** Something that is looked at later: until then it may fail without anybody hearing of it. */
function later<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
