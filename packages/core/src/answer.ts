import { createHmac } from "node:crypto";
import { type Bot, languageOf } from "./bot.ts";
import type { Chats, Memory } from "./chat/chats.ts";
import { type Clock, elapsed } from "./clock.ts";
import { buildContext, nextWindowStart } from "./context/context.ts";
import { loadTokenizer } from "./context/tokens.ts";
import { BotError, toBotError } from "./error.ts";
import type { Line } from "./line/api.ts";
import { createDeliver, type Delivered, isFresh, type ReplyToken } from "./line/deliver.ts";
import { retryKeyOf } from "./line/retry-key.ts";
import { toMessages } from "./line/text.ts";
import { chatHash, type Log } from "./log.ts";
import type { Model, ModelAnswer } from "./model/model.ts";
import { deadlines, loadingAfterMs } from "./settings.ts";
import type { Answer, ModelUsage, PastTurn, Turn } from "./turn/turn.ts";
import type { Learned, Turns } from "./turn/turns.ts";
import type { UsageBook } from "./usage/usage.ts";

export type AnswerOptions = {
  bot: Bot;
  turns: Turns;
  chats: Chats;
  usage: UsageBook;
  model: Model;
  line: Line;
  /** Keys the user ids that OpenAI sees. */
  identitySecret: string;
  clock: Clock;
  log: Log;
};

export type AnswerRequest = {
  turn: Turn;
  memory: Memory;
  replyToken: ReplyToken | undefined;
  /** When this invocation must be over, epoch milliseconds. */
  deadline: number;
  /** What to answer instead of asking the model. */
  notice?: string | undefined;
};

type Answered = { turn: Turn & { answer: Answer }; usage: ModelUsage; past: PastTurn };

/**
 * Takes a claimed turn to delivered: build the context, ask the model, store the answer exactly as
 * it will be sent, send it, mark it. It may stop between any two steps: the next claim
 * finds what was stored and goes on from there.
 */
export function createAnswer(options: AnswerOptions) {
  const { bot, turns, chats, usage, model, line, identitySecret, clock, log } = options;
  const deliver = createDeliver({ line, turns, clock });

  return async (request: AnswerRequest): Promise<void> => {
    const { turn, replyToken } = request;
    const names = { eventId: turn.eventId, chat: chatHash(turn.chatId) };
    const resumed = turn.answer !== undefined;
    const asks = !resumed && request.notice === undefined;
    const answered = asks ? await askAndStore(request, names) : undefined;
    const stored = answered?.turn ?? (await storedOrNotice(request));

    const startedAt = clock.now();
    const delivered = await deliver({ turn: stored, replyToken, resumed });
    await Promise.all([
      turns.delivered(stored, delivered.by, delivered.requestId, clock.now()),
      answered && countUsage(turn, answered.usage, delivered),
    ]);
    log.info("turn.delivered", {
      ...names,
      by: delivered.by,
      resumed,
      lineRequestId: delivered.requestId,
      ms: clock.now() - startedAt,
    });
    if (answered) await moveWindow(turn, request.memory, answered.past);
  };

  async function storedOrNotice({
    turn,
    notice,
    replyToken,
  }: AnswerRequest): Promise<Turn & { answer: Answer }> {
    if (turn.answer) return { ...turn, answer: turn.answer };
    if (notice === undefined) throw new Error("a turn without an answer is asked for one");
    const { cut } = bot.texts[languageOf(turn.question)];
    return store(turn, { messages: toMessages(notice, cut), notice: true }, replyToken, {});
  }

  async function store(
    turn: Turn,
    { messages, notice }: Pick<Answer, "messages" | "notice">,
    replyToken: ReplyToken | undefined,
    learned: Learned,
  ): Promise<Turn & { answer: Answer }> {
    const way = bot.delivery === "auto" && isFresh(replyToken, clock.now()) ? "reply" : "push";
    const answer = { messages, retryKey: retryKeyOf(turn.eventId), way, notice } as const;
    const stored = await turns.answer(turn, answer, learned);
    log.info("turn.answered", {
      eventId: turn.eventId,
      chat: chatHash(turn.chatId),
      messages: messages.length,
      notice,
    });
    return { ...stored, answer };
  }

  async function askAndStore(request: AnswerRequest, names: Names): Promise<Answered> {
    const { turn, replyToken } = request;
    const startedAt = clock.now();
    const asking = ask(request);
    const [reply, count] = await Promise.all([asking, loadTokenizer(), showLoadingUntil(asking, turn)]);
    log.info("model.answered", {
      ...names,
      model: bot.model.name,
      ...reply.usage,
      cut: reply.cut,
      refused: reply.refused,
      ms: clock.now() - startedAt,
    });

    const texts = bot.texts[languageOf(turn.question)];
    const messages = reply.refused
      ? toMessages(texts.refusal, texts.cut)
      : toMessages(reply.text, texts.cut, reply.cut);
    const text = messages.map((message) => message.text).join("\n");
    const tokens = { question: count(turn.question), answer: count(text) };
    const learned = { usage: reply.usage, tokens };
    return {
      turn: await store(turn, { messages, notice: false }, replyToken, learned),
      usage: reply.usage,
      past: { key: turn.key, question: turn.question, answer: text, tokens },
    };
  }

  /** Asks within the window; if the model finds even that too long, once more with a shorter one. */
  async function ask({ turn, memory, deadline }: AnswerRequest): Promise<ModelAnswer> {
    const { highWaterTokens, lowWaterTokens } = bot.memory;
    const within = (maxWindowTokens: number) => {
      const { instructions } = bot;
      const context = buildContext({
        instructions,
        summary: "",
        ...memory,
        message: turn.question,
        maxWindowTokens,
      });
      const left = deadline - clock.now() - deadlines.reserveMs;
      if (left <= 0) throw tooLate();
      return model.ask(context, {
        cacheKey: chatHash(turn.chatId),
        safetyIdentifier: createHmac("sha256", identitySecret).update(turn.chatId).digest("hex"),
        signal: clock.timeout(Math.min(deadlines.modelMs, left)),
      });
    };
    try {
      return await within(highWaterTokens);
    } catch (error) {
      if (toBotError(error).code !== "model.context_too_long") throw error;
      return within(lowWaterTokens / 2);
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

  async function countUsage(turn: Turn, used: ModelUsage, { by }: Delivered): Promise<void> {
    try {
      await usage.add(turn.chatId, { ...used, way: by }, clock.now(), expiresAt());
    } catch (error) {
      log.warn("usage.not_counted", { eventId: turn.eventId, code: toBotError(error).code });
    }
  }

  /** After the answer is out, so that no user waits; if it fails, the next turn tries again. */
  async function moveWindow({ chatId, eventId }: Turn, memory: Memory, past: PastTurn): Promise<void> {
    const next = nextWindowStart([...memory.turns, past], memory.windowStart, bot.memory);
    if (next === memory.windowStart) return;
    try {
      const moved = await chats.moveWindow({ chatId, version: memory.version }, next, expiresAt());
      log.info("window.moved", { eventId, chat: chatHash(chatId), moved });
    } catch (error) {
      log.warn("window.not_moved", { eventId, code: toBotError(error).code });
    }
  }

  /** Epoch seconds. */
  function expiresAt(): number {
    return Math.floor(clock.now() / 1000) + bot.memory.retentionDays * 86_400;
  }
}

/** A worker that stood still so long that another may have the answer by now. */
function tooLate(): BotError {
  return new BotError("turn.lease_expired", "No time was left to ask the model", { retry: "later" });
}

type Names = { eventId: string; chat: string };
