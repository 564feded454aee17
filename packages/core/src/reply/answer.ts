import { createHmac } from "node:crypto";
import { type Bot, type ChatInfo, languageOf } from "../bot/bot.ts";
import type { Chats, Memory } from "../chat/chats.ts";
import { type Clock, elapsed } from "../clock.ts";
import { createFold } from "../context/fold.ts";
import { loadTokenizer } from "../context/tokens.ts";
import { toBotError } from "../error.ts";
import { chatHash, type Log } from "../log.ts";
import type { Model } from "../model/model.ts";
import type { GuardedLine } from "../platform/line/breaker.ts";
import { createDeliver, isFresh, type ReplyToken } from "../platform/line/deliver.ts";
import { retryKeyOf } from "../platform/line/retry-key.ts";
import { toMessages } from "../platform/line/text.ts";
import { hold, loadingAfterMs } from "../settings.ts";
import { expiryOf } from "../table.ts";
import { dayOf } from "../time-zone.ts";
import { wasNeverSent } from "../turn/attempt.ts";
import {
  type Answer,
  type DeliveryWay,
  type Learned,
  type PastTurn,
  type Repeated,
  type Turn,
  timeOf,
} from "../turn/turn.ts";
import type { Turns } from "../turn/turns.ts";
import { accountOf, withAnswer } from "../usage/usage.ts";
import { createAsk } from "./ask.ts";
import type { Notice } from "./notice.ts";

export type AnswerOptions = {
  bot: Bot;
  turns: Turns;
  chats: Chats;
  model: Model;
  /** The model that rewrites the notes of a chat. */
  summarizer: Model;
  line: GuardedLine;
  /** Keys the user ids that OpenAI sees. */
  identitySecret: string;
  clock: Clock;
  log: Log;
};

export type AnswerRequest = {
  turn: Turn;
  memory: Memory;
  chat: ChatInfo;
  replyToken: ReplyToken | undefined;
  /** When this invocation must be over, epoch milliseconds. */
  deadline: number;
  /** What to answer instead of asking the model. */
  notice?: Notice;
  /** The turn whose question is asked again. */
  again?: Repeated;
};

/** A turn whose answer is stored. */
export type Prepared = {
  request: AnswerRequest;
  turn: Turn & { answer: Answer };
  /** Only if the model was asked just now. */
  past?: PastTurn;
};

/**
 * Takes a claimed turn to delivered in two steps: build the context, ask the model and store the answer
 * exactly as it will be sent; then send it and mark it. It may stop anywhere: the next claim finds
 * what was stored and goes on from there.
 */
export function createAnswer(options: AnswerOptions) {
  const { bot, turns, chats, line, identitySecret, clock, log } = options;
  const deliver = createDeliver({ line, turns, clock });
  const fold = createFold(options);
  const ask = createAsk(options);

  return {
    /** Has an answer stored, and no other turn that could give it. */
    async prepare(request: AnswerRequest): Promise<Prepared> {
      const prepared = await prepare(request);
      const { chatId, answer } = prepared.turn;
      // Between storing and sending, so that whatever dies here, one of the two has the question.
      if (answer.repeats) await turns.supersede({ chatId, key: answer.repeats.key });
      return prepared;
    },

    /**
     * Sends it, and marks it as sent.
     *
     * @returns what is left to do once its chat is free: to keep the window within its marks
     */
    async send(prepared: Prepared): Promise<(() => Promise<void>) | undefined> {
      const { request, turn } = prepared;
      const { memory, replyToken, deadline } = request;
      const startedAt = clock.now();
      const resumed = request.turn.answer !== undefined;
      const maybeSent = resumed && !wasNeverSent(request.turn);
      const delivered = await deliver({ turn, replyToken, maybeSent });
      const at = clock.now();
      const today = accountOf(memory.usages, memory.fold, dayOf(at, bot.timeZone));
      const folding = foldBehind(prepared);
      await turns.delivered(turn, {
        ...delivered,
        at,
        account: withAnswer(today, delivered.by, turn.answer.notice ?? turn.used),
        folding: folding && { until: deadline, version: memory.version },
      });
      log.info("turn.delivered", {
        ...namesOf(turn),
        by: delivered.by,
        resumed,
        lineRequestId: delivered.requestId,
        ms: clock.now() - startedAt,
      });
      return folding;
    },
  };

  /** The answer is the one that is stored, the notice, or what the model says. */
  async function prepare(request: AnswerRequest): Promise<Prepared> {
    const { turn, notice } = request;
    if (turn.answer) return { request, turn: { ...turn, answer: turn.answer } };
    if (notice === undefined) return askAndStore(request);
    const { kind, messages } = notice;
    return { request, turn: await store(request, { messages, notice: kind }, {}) };
  }

  function foldBehind({ request, turn, past }: Prepared): (() => Promise<void>) | undefined {
    if (!past) return undefined;
    const { memory, deadline } = request;
    return fold({ turn, memory, past, deadline, safetyIdentifier: safetyIdentifierOf(turn) });
  }

  async function store(
    { turn, replyToken }: AnswerRequest,
    said: Pick<Answer, "messages" | "notice" | "repeats" | "refused">,
    learned: Learned,
  ): Promise<Turn & { answer: Answer }> {
    const now = clock.now();
    const way = wayNow(replyToken);
    const answer: Answer = { ...said, retryKey: retryKeyOf(turn.eventId), way };
    const stored = await turns.answer(turn, answer, learned, now + hold.leaseMs);
    const { messages, notice } = said;
    log.info("turn.answered", { ...namesOf(turn), messages: messages.length, ...(notice && { notice }) });
    return { ...stored, answer };
  }

  function wayNow(replyToken: ReplyToken | undefined): DeliveryWay {
    return bot.delivery === "auto" && isFresh(replyToken, clock.now()) ? "reply" : "push";
  }

  async function askAndStore(request: AnswerRequest): Promise<Prepared> {
    const { turn, again } = request;
    const question = again?.question ?? turn.question;
    const startedAt = clock.now();
    const asking = ask({
      ...request,
      safetyIdentifier: safetyIdentifierOf(turn),
      ready: () => line.ready(wayNow(request.replyToken)),
    });
    const [{ reply, isPastRefused }, count] = await Promise.all([
      asking,
      // Counts are for the next turns; without them a turn is bounded by its bytes.
      loadTokenizer().catch(() => undefined),
      showLoadingUntil(asking, turn),
    ]);
    log.info("model.answered", {
      ...namesOf(turn),
      model: bot.model.name,
      ...reply.usage,
      cut: reply.cut,
      refused: reply.refused,
      ms: clock.now() - startedAt,
    });

    const texts = bot.texts[languageOf(question)];
    const messages = reply.refused
      ? toMessages(texts.refusal, texts.cut)
      : toMessages(reply.text, texts.cut, reply.cut);
    const text = messages.map((message) => message.text).join("\n");
    const tokens = count && { question: count(question), answer: count(text) };
    const learned = { usage: reply.usage, ...(tokens && { tokens }) };
    const past = { key: turn.key, question, answer: text, ...(tokens && { tokens }) };
    const said = {
      messages,
      ...(again && { repeats: again }),
      ...(reply.refused && { refused: true as const }),
    };
    const [answered] = await Promise.all([
      store(request, said, learned),
      isPastRefused && leavePastBehind(request),
    ]);
    // A window that was left behind is not folded; one that a refused question does not enter has not grown.
    if (reply.refused || isPastRefused) return { request, turn: answered };
    return { request, turn: answered, past: again ? { ...past, repeats: again.key } : past };
  }

  /**
   * The model refuses what came before, so it would refuse every message to come: the window starts at this turn,
   * and the notes are empty. A single call does not tell which of the two it refuses, and what is refused verbatim
   * is refused in notes too. Turns stay stored. If it fails, the next message finds the same and tries again.
   */
  async function leavePastBehind({ turn, memory }: AnswerRequest): Promise<void> {
    // Not back, for a message that was brought back late.
    const time = timeOf(turn.key);
    const windowStart = time > memory.windowStart ? time : memory.windowStart;
    const expiresAt = expiryOf(clock.now(), bot.memory.retentionDays);
    try {
      const moved = await chats.note(turn.chatId, memory, { windowStart, summary: "", expiresAt });
      log.warn("window.refused", { ...namesOf(turn), code: "model.refused", moved });
    } catch (error) {
      log.warn("window.not_moved", { ...namesOf(turn), code: toBotError(error).code });
    }
  }

  /** A courtesy with a short deadline of its own: without it the answer still comes. */
  async function showLoadingUntil(answered: Promise<unknown>, { chatId, eventId }: Turn): Promise<void> {
    const early = answered.then(
      () => "answered",
      () => "failed",
    );
    if (await Promise.race([early, elapsed(clock, loadingAfterMs)])) return;
    try {
      await line.showLoading(chatId, 60);
    } catch (error) {
      log.warn("line.loading_failed", { eventId, code: toBotError(error).code });
    }
  }

  function safetyIdentifierOf({ chatId }: Turn): string {
    return createHmac("sha256", identitySecret).update(chatId).digest("hex");
  }
}

function namesOf({ eventId, chatId }: Turn) {
  return { eventId, chat: chatHash(chatId) };
}
