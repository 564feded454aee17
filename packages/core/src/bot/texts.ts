/** What the bot says by itself, if `bot.config.ts` says nothing else. */
export type Texts = {
  /** Sent once when a message is given up on. */
  apology: string;
  /** Sent when the model declines to answer. */
  refusal: string;
  /** Added to an answer that was cut at a limit. */
  cut: string;
  /** Sent once when more messages wait for an answer than `limits.maxUnanswered`. */
  tooMany: string;
  /** Sent once a day when `limits.dailyMessages`, `dailyTokens` or, for all users, `totalDailyTokens` is reached. */
  dailyLimit: string;
  /** Asks whether everything shall be forgotten. */
  forget: string;
  forgotten: string;
  /** Stands above the notes on the conversation. */
  memory: string;
  nothingRemembered: string;
  /** Stands above everything that is stored of a chat. `{timeZone}` is the name of the bot's time zone. */
  export: string;
  /** In its place, if there is nothing. */
  nothingStored: string;
  nothingToRetry: string;
  /** Stands above the list of the commands. */
  help: string;
  /** What each command does, for that list. */
  about: { memory: string; forget: string; export: string; retry: string; help: string };
};

const en: Texts = {
  apology: "Sorry, I could not answer this message. Please try again in a little while.",
  refusal: "Sorry, I can't help with that.",
  cut: "… (this answer was too long and has been cut)",
  tooMany: "That was a lot of messages at once. I could not answer all of them; please send the rest again.",
  dailyLimit: "That is all I can answer today. Please come back tomorrow!",
  forget: "Shall I forget everything that we have talked about? This cannot be undone.",
  forgotten: "Done. I have forgotten everything that we have talked about.",
  memory: "Besides your latest messages, this is what I have noted:",
  nothingRemembered: "I have no notes so far, only your latest messages.",
  export: "This is everything that I have stored about you. Times are in {timeZone}.",
  nothingStored: "Nothing that you have written is stored.",
  nothingToRetry: "There is no answer yet that I could try again.",
  help: "Just write to me. These words do something special:",
  about: {
    memory: "shows what I have noted about you",
    forget: "erases everything, once you have confirmed it",
    export: "shows everything that is stored about you",
    retry: "answers your last question once more",
    help: "shows this list",
  },
};

const ja: Texts = {
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
  export: "保存されているあなたのデータは、これですべてです。時刻は{timeZone}です。",
  nothingStored: "あなたのメッセージは何も保存されていません。",
  nothingToRetry: "まだ、答え直せるメッセージがありません。",
  help: "ふつうに話しかけてください。次の言葉には特別なはたらきがあります。",
  about: {
    memory: "覚えていることを表示します",
    forget: "確認のうえ、すべて消去します",
    export: "保存されているデータを表示します",
    retry: "最後の質問にもう一度答えます",
    help: "この一覧を表示します",
  },
};

export const defaultTexts = { en, ja };
