import type { parkedEn } from "./parked-en.ts";

export const parkedJa: typeof parkedEn = {
  queues: "キュー",
  eventQueue: "イベントキュー",
  deadLetterQueue: "デッドレターキュー",
  waiting: "待機",
  inFlight: "処理中",
  inFlightRule: "処理中：ワーカーが担当しているか、次の試行を待っています",

  title: "保留中のメッセージ",
  count: (n) => `保留${n}件`,
  open: (n) => `保留中のメッセージ${n}件、運用を開く`,
  look: "更新",
  looking: "確認中…",
  lookFailed: "一覧を読み込めませんでした。",
  empty: "保留中のメッセージはありません。",
  emptyRule:
    "再試行しても無駄なメッセージや、5回失敗したメッセージは保留になり、再処理するか破棄するまで、理由とともにここに残ります。",
  emptyRehearse: (fault) =>
    `練習するには：下で「モデル：${fault}」を選び、トークにメッセージを送り、ここに現れたらモデルを元に戻してください。`,
  rehearse: "「わざと壊してみる」へ",

  select: (what) => `${what}を選択`,
  selectAll: "表示中のものをすべて選択",
  selected: (n) => `${n}件選択`,
  columns: { message: "メッセージ", why: "理由", when: "時刻", effect: "再処理すると" },
  attempts: (n) => `${n}回試行`,
  sentAt: (time) => `送信 ${time}`,
  parkedAt: (time) => `保留 ${time}`,
  noMessage: "イベント",
  more: (n) => `さらに表示（残り${n}件）`,
  unseen: (n) =>
    `キューにはほかに${n}件ありますが、確認できませんでした。別のコマンドが確認中のものは、SQSが最長1分間隠します。`,

  dryRun: "試し実行",
  replay: "再処理",
  replayAll: "すべて再処理",
  replayAnyway: "それでも再処理…",
  drop: "破棄…",
  cancel: "キャンセル",
  stop: "中止",
  confirmDrop: (n) => `${n}件のメッセージを破棄しますか？`,
  dropRule: "破棄したメッセージには回答せず、本文は消去されます。元には戻せません。",
  dropNow: "破棄する",
  confirmForce: (n) => `回答が届いている可能性のある${n}件を再処理しますか？`,
  forceRule:
    "保存済みの回答をLINEが届けたかどうかは分かりません。再処理するとプッシュで送るため、ユーザーに同じ回答が2回届くことがあります。",
  forceNow: "それでも再処理する",

  planned: (n) => `${n}件を再処理すると次のようになります。まだ何も変更していません。`,
  progress: {
    replay: (done, left) => (left === undefined ? "再処理中…" : `${done}件を再処理、残り${left}件`),
    drop: (done, left) => (left === undefined ? "破棄中…" : `${done}件を破棄、残り${left}件`),
  },
  done: {
    replay: (n) => `${n}件をキューに戻したか、すでに回答済みです。`,
    drop: (n) => `${n}件を破棄しました。`,
  },
  untouched: (n) => `${n}件は未着手です。`,
  others: (n) => `${n}件はそのままです：`,
  actionFailed: "実行できませんでした。それまでに済んだものは有効です。",
  busy: "別の再処理または破棄が進行中です。",
  because: {
    unclear: "回答がすでに届いている可能性があります",
    unreadable: "ジョブを読めません。破棄するか、読めるバージョンで起動してください",
    held: "ワーカーが処理中です。1分後にもう一度お試しください",
    job_gone: "ジョブがいま見つかりません。もう一度確認してください",
  },

  effect(effect) {
    switch (effect.kind) {
      case "ask":
        return "モデルに問い合わせ、回答を送ります";
      case "send":
        return `保存済みの回答を送ります${parkedJa.brings(effect.brings)}`;
      case "send_perhaps_twice":
        return `強制時のみ：回答がすでに届いている可能性があります${parkedJa.brings(effect.brings)}`;
      case "erase":
        return "ユーザーが取り消したものを消去します";
      case "acknowledge":
        return `一覧から除くだけです：${parkedJa.acknowledged[effect.because]}`;
      case "none":
        return parkedJa.none[effect.because];
    }
  },
  brings: (n = 0) => (n === 0 ? "" : `（待機中の回答${n}件を先に添えて）`),
  acknowledged: {
    delivered: "回答済み",
    dropped: "回答しない",
    replayed: "再処理済み",
    ignored: "回答の対象外",
    gathered: "ほかの写真とまとめて回答",
    waiting: "回答はユーザーの次の操作待ち",
    carried: "回答は後の回答とまとめて送信",
  },
  none: { unreadable: "できません：ジョブを読めません", held: "いまはできません：ワーカーが処理中です" },

  codes: {
    "model.rejected": "OpenAIがリクエストを拒否",
    "model.unauthorized": "OpenAIがAPIキーを拒否",
    "model.forbidden": "OpenAIがこの要求・ユーザー・地域を拒否",
    "model.quota_exhausted": "OpenAIの残高不足",
    "model.unknown_model": "OpenAIにないモデル",
    "model.not_found": "モデルのURLが存在しない",
    "model.unavailable": "OpenAIが利用できない",
    "model.rate_limited": "OpenAIへの要求が多すぎる",
    "model.timeout": "モデルが時間内に回答しなかった",
    "model.unreachable": "OpenAIに接続できない",
    "model.unreadable": "OpenAIの応答を読めない",
    "model.no_answer": "モデルが回答しなかった",
    "model.no_room": "回答のための余地がなかった",
    "model.context_too_long": "コンテキストがモデルには長すぎる",
    "model.refused": "OpenAIが内容を拒否",
    "line.rejected": "LINEがリクエストを拒否",
    "line.unauthorized": "LINEがアクセストークンを拒否",
    "line.unavailable": "LINEが利用できない",
    "line.unreachable": "LINEに接続できない",
    "line.timeout": "LINEが時間内に応答しなかった",
    "line.rate_limited": "LINEへの要求が多すぎる",
    "line.quota_exhausted": "LINEの月間上限に到達",
    "line.quota_reserved": "LINEの残り通数は確保されている",
    "line.quota_unknown": "LINEの残り通数を確認できない",
    "line.invalid_reply_token": "リプライトークンが無効",
    "line.unreadable": "LINEの応答を読めない",
    "delivery.unclear": "回答が届いたかどうか分からない",
    "worker.crashed": "ワーカーが繰り返し異常終了",
    "job.unreadable": "ジョブを読めない",
    "queue.unavailable": "SQSが利用できない",
    "queue.too_many_receives": "処理が終わらずSQSが移動",
    "table.unavailable": "DynamoDBが利用できない",
    "table.rejected": "DynamoDBがリクエストを拒否",
    unexpected: "分類されていないエラー",
  },

  history: "経過",
  steps: {
    claimed: "担当決定",
    failed: "失敗",
    postponed: "順番待ち",
    answered: "回答保存",
    gathered: "まとめ待ち",
    waiting: "ユーザー待ち",
    delivered: "配信",
    parked: "保留",
    replayed: "再処理",
    dropped: "破棄",
  },
  noSteps: "まだどのワーカーも着手していません。",
  requestId: "要求ID",
  question: "質問",
  answer: {
    reply: "保存済みの回答（リプライまたはプッシュで送信）",
    push: "保存済みの回答（プッシュで送信）",
  },
  job: "受け取ったジョブ",
  status: "ターンの状態",
  statuses: {
    claimed: "担当決定",
    answered: "回答保存済み・未配信",
    gathered: "ほかの写真とまとめて回答",
    waiting: "回答はユーザーの次の操作待ち",
    carried: "回答は後の回答とまとめて送信",
    delivered: "配信済み",
    parked: "保留",
    dropped: "破棄",
  },
  noStatus: "ワーカー未着手",
  showTrace: "トレースを表示",
  showParked: "保留中のメッセージを表示",
  gone: "すでに保留ではありません。",
};
