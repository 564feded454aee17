import { type Bot, type ChatInfo, instructionsFor } from "../bot/bot.ts";
import type { Memory } from "../chat/chats.ts";
import type { Clock } from "../clock.ts";
import { buildContext, type Context } from "../context/context.ts";
import { BotError, toBotError } from "../error.ts";
import { chatHash } from "../log.ts";
import type { Model, ModelAnswer } from "../model/model.ts";
import { deadlines } from "../settings.ts";
import type { Repeated, Turn } from "../turn/turn.ts";

export type AskRequest = {
  turn: Turn;
  memory: Memory;
  chat: ChatInfo;
  /** The turn whose question is asked once more. */
  again?: Repeated;
  safetyIdentifier: string;
  /** Throws if the answer could not be delivered: that is not paid for. */
  ready(): Promise<void>;
  /** When this invocation must be over, epoch milliseconds. */
  deadline: number;
};

export type Asked = {
  reply: ModelAnswer;
  /** It was answered only without what came before. */
  isPastRefused: boolean;
};

/**
 * Asks the model within the window; if it finds even that too long, once more with a shorter one. If it refuses
 * to read that, once more without window and notes: what was said before must not keep a harmless question from
 * being answered.
 */
export function createAsk({ bot, model, clock }: { bot: Bot; model: Model; clock: Clock }) {
  const { maxTokens, lowWaterTokens } = bot.memory;

  return async (request: AskRequest): Promise<Asked> => {
    const reply = await unlessRefused(shortened(request));
    if (reply) return { reply, isPastRefused: false };
    if (contextOf(request, maxTokens).input.length === 1) return { reply: refusal, isPastRefused: false };
    const alone = contextOf({ ...request, memory: { ...request.memory, summary: "", turns: [] } }, 0);
    const answer = (await unlessRefused(send(request, alone))) ?? refusal;
    return { reply: answer, isPastRefused: !answer.refused };
  };

  async function shortened(request: AskRequest): Promise<ModelAnswer> {
    try {
      return await send(request, contextOf(request, maxTokens));
    } catch (error) {
      if (toBotError(error).code !== "model.context_too_long") throw error;
      return send(request, contextOf(request, lowWaterTokens / 2));
    }
  }

  function contextOf({ turn, memory, chat, again }: AskRequest, maxWindowTokens: number): Context {
    return buildContext({
      instructions: instructionsFor(bot, chat),
      ...memory,
      turns: memory.turns.filter(({ key }) => key !== again?.key),
      message: again?.question ?? turn.question,
      maxWindowTokens,
    });
  }

  async function send(
    { turn, deadline, safetyIdentifier, ready }: AskRequest,
    context: Context,
  ): Promise<ModelAnswer> {
    await ready();
    const now = clock.now();
    const left = deadline - now - deadlines.reserveMs;
    // It stood still for so long, before this call or after the one before, that another may have asked already.
    if (now >= turn.leaseUntil || left <= 0) throw tooLate();
    return model.ask(context, {
      cacheKey: chatHash(turn.chatId),
      safetyIdentifier,
      signal: clock.timeout(Math.min(deadlines.modelMs, left)),
    });
  }
}

async function unlessRefused(asking: Promise<ModelAnswer>): Promise<ModelAnswer | undefined> {
  try {
    return await asking;
  } catch (error) {
    if (toBotError(error).code === "model.refused") return undefined;
    throw error;
  }
}

/** OpenAI bills nothing for what it refuses to read. */
const refusal: ModelAnswer = {
  text: "",
  cut: false,
  refused: true,
  usage: { inputTokens: 0, cachedTokens: 0, outputTokens: 0 },
};

/** A worker that stood still so long that another may have the answer by now. */
function tooLate(): BotError {
  return new BotError("turn.lease_expired", "No time was left to ask the model", { retry: "later" });
}
