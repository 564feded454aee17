import type { slowEn } from "./slow-en.ts";

export const slowJa: typeof slowEn = {
  told: "時間がかかることを伝え、回答を受け取るボタンを表示",
  waits: (hasButton, until) => {
    const tap = hasButton ? "ボタンのタップか" : "";
    const push = until === undefined ? "" : `（なければ${until}にプッシュ）`;
    return `${tap}次のメッセージを待っています${push}`;
  },
  answerWaits: (question, waits) => `「${question}」への回答は${waits}。`,
  withWaiting: (n) => `待っていた回答${n}件も一緒に`,
  with: "一緒に届いた回答：",
};
