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
    /** "none" answers fastest and cheapest. */
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
    /** Most past turns sent, however short they are. */
    maxTurns: 60,
    /** Everything about a message is deleted after this many days. */
    retentionDays: 180,
  },

  limits: {
    /** Messages of one chat that may wait for an answer; what comes on top is not answered, and the user is told once. */
    maxUnanswered: 20,
    /** Answers to one user, and tokens spent on them, in one day (UTC). Past either, the user is told once that day. */
    dailyMessages: 200,
    dailyTokens: 1_000_000,
  },

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

  texts: {
    en: {
      apology: "Sorry, I could not answer this message. Please try again in a little while.",
      refusal: "Sorry, I can't help with that.",
      cut: "… (this answer was too long and has been cut)",
      tooMany:
        "That was a lot of messages at once. I could not answer all of them; please send the rest again.",
      dailyLimit: "That is all I can answer today. Please come back tomorrow!",
      forget: "Shall I forget everything that we have talked about? This cannot be undone.",
      forgotten: "Done. I have forgotten everything that we have talked about.",
      memory: "Besides your latest messages, this is what I have noted:",
      nothingRemembered: "I have no notes so far, only your latest messages.",
      export: "This is everything that I have stored about you. Times are in UTC.",
      nothingToRetry: "There is no answer yet that I could try again.",
      help: "Just write to me. These words do something special:",
      about: {
        memory: "shows what I have noted about you",
        forget: "erases everything, once you have confirmed it",
        export: "shows everything that is stored about you",
        retry: "answers your last question once more",
        help: "shows this list",
      },
    },
    ja: {
      apology:
        "申し訳ありません。このメッセージにはお答えできませんでした。しばらくしてからもう一度お試しください。",
      refusal: "申し訳ありませんが、そのご質問にはお答えできません。",
      cut: "…（長すぎるため、ここまでとします）",
      tooMany:
        "一度にたくさんのメッセージをいただいたため、すべてにはお答えできませんでした。残りはもう一度お送りください。",
      dailyLimit: "今日お答えできるのはここまでです。また明日お話ししましょう。",
      forget: "これまでの会話をすべて忘れてもよろしいですか？元に戻すことはできません。",
      forgotten: "これまでの会話をすべて忘れました。",
      memory: "最近のメッセージのほかに、次のことを覚えています。",
      nothingRemembered: "まだ書きとめたことはありません。覚えているのは最近のメッセージだけです。",
      export: "保存されているあなたのデータは、これですべてです。時刻は協定世界時（UTC）です。",
      nothingToRetry: "まだ、答え直せるメッセージがありません。",
      help: "ふつうに話しかけてください。次の言葉には特別なはたらきがあります。",
      about: {
        memory: "覚えていることを表示します",
        forget: "確認のうえ、すべて消去します",
        export: "保存されているデータを表示します",
        retry: "最後の質問にもう一度答えます",
        help: "この一覧を表示します",
      },
    },
  },
});
