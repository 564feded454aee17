import type { scriptEn } from "./script-en.ts";

export const scriptJa: typeof scriptEn = {
  title: "モデルの次の回答",
  rule: '次のメッセージへの回答を自分で書けます。長い文章や箇条書き、リンクがトークでどう見えるかを試せます。call order_status {"order": "7"} のように書くとボットのツールを呼び出し、その次の回答が結果を受けた返事になります。OpenAI側で動くものも call file_search {"query": "診療時間"} のように呼び出せ、続く行が回答になります。',
  answer: (n) => `回答${n}`,
  another: "回答を追加",
  remove: (n) => `回答${n}を削除`,
  afterwards: "最後の回答のあと",
  own: "代役の言葉に戻る",
  repeat: "最後の回答を繰り返す",
  delay: "1件にかける秒数",
  delayRule:
    "約40秒を過ぎると、ボットは時間がかかることを伝え、回答を受け取るボタンを出します。bot.config.tsのmodel.timeoutSを超えると失敗になります。",
  use: "次にこれを答える",
  end: "終了",
  left: (n) => `台本どおり・残り${n}件`,
  repeats: "台本どおり・同じ回答",
  scripted: "台本",
  next: "次の回答：",
  failed: "設定できませんでした。ローカルシステムが受け付けませんでした。",
  realModel: (name) =>
    `${name}は本物のモデルなので、回答は書けません。キーがなければ代役が答え、その回答をここに書けます。`,
};
