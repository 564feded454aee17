import { defineBot } from "@henji/core/bot";

/** The one file a bot's owner edits. Saved while `npm start` runs, it takes effect with the next message. */
export default defineBot({
  instructions: [
    "You are Henji, a friendly and concise assistant on LINE.",
    "Answer in the language of the user's message.",
    "LINE shows plain text only: no Markdown, no headings, no tables; short paragraphs.",
    "If you do not know something, say so.",
  ].join("\n"),

  model: {
    name: "gpt-6-luna",
    /** Longest answer, in tokens. */
    maxOutputTokens: 1_000,
    /** "none" answers fastest and cheapest. For a model without reasoning, such as gpt-4o, leave it out. */
    reasoningEffort: "none",
    /** US dollars for a million tokens: what usage and benchmarks reckon with. */
    prices: { input: 0.1, cachedInput: 0.01, cacheWrite: 0.125, output: 0.5 },
  },

  memory: {
    /** Past turns are sent verbatim until they pass the high mark; then the oldest, down to the low mark, become notes. */
    highWaterTokens: 6_000,
    lowWaterTokens: 2_000,
    /** Never more past tokens than this: reached only while no notes can be taken. */
    maxTokens: 9_000,
    /** Longest notes on what is no longer sent verbatim. */
    summaryTokens: 400,
    /** The window is folded when it has so many turns, however short they are. */
    maxTurns: 60,
    /** A message and its answer are deleted after this many days; the notes so many after they were last rewritten. */
    retentionDays: 180,
  },

  limits: {
    /** Messages of one chat that may wait for an answer; what comes on top is not answered, and the user is told once. */
    maxUnanswered: 20,
    /** Answers to one user, and tokens spent on them, in one day. Past either, the user is told once that day. */
    dailyMessages: 200,
    dailyTokens: 1_000_000,
    /** The same for all users together, if it is set: past it nobody is answered until tomorrow, and an alarm rings. */
    // totalDailyTokens: 50_000_000,
  },

  /** By whose clocks a day begins, and in which times are shown to users. */
  timeZone: "Asia/Tokyo",

  /**
   * What a user can write, word for word, instead of a question. An empty list switches a command off. The first words
   * in the user's language stand on the buttons: at most 20 characters.
   */
  commands: {
    memory: ["/memory", "what do you know?", "何を覚えてる？"],
    forget: ["/forget", "forget everything", "全部忘れて"],
    forgetForSure: ["yes, forget it all", "はい、全部忘れて"],
    export: ["/export", "export my data", "データを見せて"],
    retry: ["/retry", "try again", "もう一度答えて"],
    help: ["/help", "help", "ヘルプ"],
  },

  /** "auto": free replies while the reply token is fresh, pushes (counted by LINE) otherwise. "push": always push. */
  delivery: "auto",

  /**
   * What the bot says by itself: in Japanese if the user's message has kana or kanji, in English otherwise. These are
   * some of its sentences; all of them, each of which may be said anew here, are in packages/core/src/texts.ts.
   */
  texts: {
    en: {
      apology: "Sorry, I could not answer this message. Please try again in a little while.",
      refusal: "Sorry, I can't help with that.",
      tooMany:
        "That was a lot of messages at once. I could not answer all of them; please send the rest again.",
      dailyLimit: "That is all I can answer today. Please come back tomorrow!",
    },
    ja: {
      apology:
        "申し訳ありません。このメッセージにはお答えできませんでした。しばらくしてからもう一度お試しください。",
      refusal: "申し訳ありませんが、そのご質問にはお答えできません。",
      tooMany:
        "一度にたくさんのメッセージをいただいたため、すべてにはお答えできませんでした。残りはもう一度お送りください。",
      dailyLimit: "今日お答えできるのはここまでです。また明日お話ししましょう。",
    },
  },
});
