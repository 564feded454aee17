import { type Bot, summarizerOf } from "@henji/core/bot";
import { systemClock as clock } from "@henji/core/clock";
import type { Log } from "@henji/core/log";
import { withBreaker } from "@henji/core/model/breaker";
import { counted } from "@henji/core/model/counted";
import { createModel } from "@henji/core/model/lazy";
import { createTranscriber } from "@henji/core/model/lazy-transcriber";
import type { Model } from "@henji/core/model/model";
import type { TokenCap } from "@henji/core/usage/cap";

/** The bot's own model, the one that writes summaries, and the one that listens; `OPENAI_BASE_URL` for anything else that serves `/responses` and `/audio/transcriptions`. */
export function linkedModels(bot: Bot, apiKey: string, cap: TokenCap | undefined, log: Log) {
  const modelOf = (settings: Bot["model"]): Model => {
    const model = createModel({ apiKey, baseURL: process.env.OPENAI_BASE_URL, settings });
    return counted(withBreaker(model, { clock, log }), cap);
  };
  const { model } = bot.media.voice;
  return {
    model: modelOf(bot.model),
    summarizer: modelOf(summarizerOf(bot)),
    transcriber: createTranscriber({ apiKey, baseURL: process.env.OPENAI_BASE_URL, model }),
  };
}
