import type { greetingEn } from "./greeting-en.ts";

export const greetingJa: typeof greetingEn = {
  title: (user, bot) => `${user}として${bot}に話しかけてみましょう。`,
  about: (bot) =>
    `${bot}は、LINEのメッセージにAIモデルで答えるボットです。ここではLINEのユーザーとして話しかけ、メッセージがどう処理されたかを「トレース」で確かめられます。`,
  tryThis: "たとえば：",
  tryNext: "続けて、たとえば：",
  firstMessages: [
    { text: "好きなお茶は玄米茶です", why: "覚えてもらう" },
    { text: "私の好きなお茶は何？", why: "覚えていれば答えられる" },
  ],
  memoryCommand: "コマンド：メモの内容を見る",
  commandsTitle: "ユーザーは次のコマンドも使えます：",
  commands: {
    memory: "ボットのメモを表示",
    forget: "確認のうえ、すべて消去",
    export: "保存されている自分のデータを表示",
    retry: "最後の質問にもう一度回答",
    help: "コマンドの一覧",
  },
  standIn:
    "いまは、アカウントのいらない代役がモデルの代わりに、聞いた言葉を繰り返すだけの返事をします。本物のモデルを使うには、`.env.example`を`.env`にコピーし、OpenAIのAPIキーを書き込んで、`npm start`をやり直してください。",
  writeAnswers: "代役の次の回答を自分で書く",
};
