import { type Bot, summarizerOf } from "@henji/core/bot";
import { systemClock as clock } from "@henji/core/clock";
import type { Log } from "@henji/core/log";
import { withBreaker } from "@henji/core/model/breaker";
import { counted } from "@henji/core/model/counted";
import { createModel } from "@henji/core/model/lazy";
import { createModerator } from "@henji/core/model/lazy-moderator";
import { createTranscriber } from "@henji/core/model/lazy-transcriber";
import type { Model } from "@henji/core/model/model";
import type { TokenCap } from "@henji/core/usage/cap";

/** The bot's own model, the one that writes summaries, the one that listens, and the one that moderates; `OPENAI_BASE_URL` for anything else that serves `/responses`, `/audio/transcriptions` and `/moderations`. */
export function linkedModels(bot: Bot, apiKey: string, cap: TokenCap | undefined, log: Log) {
  const modelOf = (settings: Bot["model"]): Model => {
    const model = createModel({ apiKey, baseURL: process.env.OPENAI_BASE_URL, settings });
    return counted(withBreaker(model, { clock, log }), cap);
  };
  const { model } = bot.media.voice;
  return {
    model: modelOf(bot.model),
    summarizer: modelOf(summarizerOf(bot)),
    moderator: createModerator({ apiKey, baseURL: process.env.OPENAI_BASE_URL }),
    transcriber: createTranscriber({ apiKey, baseURL: process.env.OPENAI_BASE_URL, model }),
  };
}
