import { defineBot } from "@henji/core/bot";

const texts = {
  apology: "Sorry.",
  refusal: "No.",
  cut: "…",
  tooMany: "Too many.",
  dailyLimit: "Enough for today.",
  forget: "Forget?",
  forgotten: "Forgotten.",
  memory: "Notes:",
  nothingRemembered: "No notes.",
  export: "Everything:",
  nothingToRetry: "Nothing to retry.",
  help: "Help:",
  about: { memory: "notes", forget: "forgets", export: "exports", retry: "retries", help: "helps" },
};

/** A bot whose window is folded every dozen turns, and that many messages may wait for. */
export default defineBot({
  instructions: "You are Henji, a friendly and concise assistant on LINE.",
  model: { maxOutputTokens: 500 },
  memory: { highWaterTokens: 1_000, lowWaterTokens: 300, maxTokens: 3_000, summaryTokens: 150, maxTurns: 40 },
  limits: {
    ...{ maxUnanswered: 50, dailyMessages: 1_000, dailyTokens: 10_000_000 },
    // Counted, and never reached.
    totalDailyTokens: 1_000_000_000,
  },
  texts: { en: texts, ja: texts },
});
