import { defineBot } from "@henji/core/bot";

/** The one file to edit. If it is saved while `npm start` runs, the next message uses it. */
export default defineBot({
  instructions: [
    "You are Henji, a friendly and concise assistant on LINE.",
    "Answer in the language of the user's message.",
    "People read on a small screen: short paragraphs, Markdown sparingly, code always in fences.",
    "If you do not know something, say so.",
  ].join("\n"),

  model: {
    name: "gpt-6-luna",
    /** Longest answer, in tokens. */
    maxOutputTokens: 1_000,
    /** "none" answers fastest and cheapest. For a model without reasoning, such as gpt-4o, leave it out. */
    reasoningEffort: "none",
    /** US dollars per million tokens, for the usage report, the benchmarks, and what a search counts as in `limits`. */
    prices: { input: 0.1, cachedInput: 0.01, cacheWrite: 0.125, output: 0.5 },
  },

  memory: {
    /** Past turns are sent verbatim up to the high mark; then the oldest are folded into notes, down to the low mark. */
    highWaterTokens: 6_000,
    lowWaterTokens: 2_000,
    /** Most past tokens that are sent; reached only while no notes can be taken. */
    maxTokens: 9_000,
    /** Longest notes on what is no longer sent verbatim, in tokens. */
    summaryTokens: 400,
    /** The window is folded when it has this many turns, however short they are. */
    maxTurns: 60,
    /** A message and its answer are deleted after this many days; the notes, this many after they were last rewritten. */
    retentionDays: 180,
  },

  limits: {
    /** Messages of one chat that may wait for an answer; further ones are not answered, and the user is told once. */
    maxUnanswered: 20,
    /** Answers to one user, and tokens spent on them, in one day. At either limit the user is told once that day. */
    dailyMessages: 200,
    dailyTokens: 1_000_000,
    /** The same for all members of one group together. */
    groupDailyMessages: 1_000,
    groupDailyTokens: 5_000_000,
    /** Tokens of all users together in one day. Past it nobody is answered until the next day, and an alarm is sent. */
    // totalDailyTokens: 50_000_000,
  },

  /** Time zone of the day for the limits, and of the times that users see. */
  timeZone: "Asia/Tokyo",

  /**
   * What a user can write instead of a question, as a whole message. An empty list switches a command off. The first
   * words in the user's language are the label of its button: at most 20 characters.
   */
  commands: {
    memory: [
      ...["/memory", "what do you know?", "何を覚えてる？", "你記得什麼？"],
      ...["จำอะไรได้บ้าง", "뭘 기억하고 있어?", "apa yang kamu ingat?"],
    ],
    forget: [
      ...["/forget", "forget everything", "全部忘れて", "全部忘掉"],
      ...["ลืมทั้งหมด", "전부 잊어줘", "lupakan semua"],
    ],
    forgetForSure: [
      ...["yes, forget it all", "はい、全部忘れて", "是的，全部忘掉"],
      ...["ใช่ ลืมทั้งหมดเลย", "응, 전부 잊어줘", "ya, lupakan semua"],
    ],
    keep: [
      ...["no, keep it", "いいえ、そのままで", "不用，還是留著吧"],
      ...["ไม่ เก็บไว้เหมือนเดิม", "아니, 그대로 둬", "tidak, simpan saja"],
    ],
    export: [
      ...["/export", "export my data", "データを見せて", "匯出我的資料"],
      ...["ขอดูข้อมูลของฉัน", "내 데이터 보여줘", "lihat data saya"],
    ],
    retry: [
      ...["/retry", "try again", "もう一度答えて", "再回答一次"],
      ...["ตอบใหม่อีกครั้ง", "다시 대답해줘", "coba jawab lagi"],
    ],
    help: ["/help", "help", "ヘルプ", "使用說明", "วิธีใช้", "도움말", "bantuan"],
  },

  /** Where the bot answers: "line", "slack" (docs/slack.md), or both. */
  platforms: ["line"],

  /** Whether a user who adds the bot, and a group that it comes into, is greeted. */
  greeting: true,

  /** In a group, these words call the bot at the beginning of a message; so do a mention, its name after an @, and a quote. */
  groups: { words: [], overheard: 0 },

  /** Buttons under the model's answers: up to five texts, or { fromModel: 3 } for up to three that the model suggests. */
  suggestions: [],

  /** What the bot looks at and listens to beside text; see docs/media.md. Nothing of it is kept but words. */
  media: {
    /** `detail`: "high" reads what is written in a picture, for some 3,000 tokens; "low" sees what is there, for 310. */
    pictures: { enabled: true, detail: "high", maxMb: 5, perDay: 50 },
    /** Voice messages are written down by a model of their own, and then answered like text. */
    voice: { enabled: true, maxSeconds: 180, secondsPerDay: 900, model: "gpt-transcribe" },
    /** PDF, text and Office. */
    files: { enabled: true, maxMb: 5, perDay: 10 },
    /** The preview picture of a video. */
    videos: { enabled: true },
  },

  /** What the model is told with each question; about 45 tokens that no prompt cache serves. */
  context: { dateAndTime: true, profile: true },

  /** "auto": free replies while the reply token is fresh, pushes (counted by LINE) otherwise. "push": always push. */
  delivery: "auto",

  /** Of the bot's own messages, where neither what was said nor the user's profile tells it. */
  language: "en",

  /**
   * The bot's own messages, in the language of the chat: en, ja, zh-TW, th, ko or id. These are some of them;
   * packages/core/src/bot/texts/ has all, and each can be replaced here.
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
