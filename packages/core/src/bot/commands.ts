import * as z from "zod/mini";
import type { OwnCommand } from "./handler.ts";
import { isLabel, plainWords } from "./words.ts";

const words = z.array(
  z.string().check(
    z.refine(isLabel, "too long for a button, which has room for 20 characters"),
    z.refine((text) => plainWords(text) !== "", "needs letters"),
  ),
);

const own = z.strictObject({
  words: words.check(z.minLength(1)),
  about: z.optional(z.string().check(z.minLength(1), z.maxLength(200))),
  run: z.custom<OwnCommand["run"]>((value) => typeof value === "function", "not a function"),
});

/** What a user can write instead of a question. */
export const commands = z.strictObject({
  memory: z._default(words, [
    ...["/memory", "what do you know?", "何を覚えてる？", "你記得什麼？"],
    ...["จำอะไรได้บ้าง", "뭘 기억하고 있어?", "apa yang kamu ingat?"],
  ]),
  forget: z._default(words, [
    ...["/forget", "forget everything", "全部忘れて", "全部忘掉"],
    ...["ลืมทั้งหมด", "전부 잊어줘", "lupakan semua"],
  ]),
  /** Confirms `forget`. */
  forgetForSure: z._default(words.check(z.minLength(1)), [
    ...["yes, forget it all", "はい、全部忘れて", "是的，全部忘掉"],
    ...["ใช่ ลืมทั้งหมดเลย", "응, 전부 잊어줘", "ya, lupakan semua"],
  ]),
  /** Says no to `forget`. */
  keep: z._default(words, [
    ...["no, keep it", "いいえ、そのままで", "不用，還是留著吧"],
    ...["ไม่ เก็บไว้เหมือนเดิม", "아니, 그대로 둬", "tidak, simpan saja"],
  ]),
  export: z._default(words, [
    ...["/export", "export my data", "データを見せて", "匯出我的資料"],
    ...["ขอดูข้อมูลของฉัน", "내 데이터 보여줘", "lihat data saya"],
  ]),
  retry: z._default(words, [
    ...["/retry", "try again", "もう一度答えて", "再回答一次"],
    ...["ตอบใหม่อีกครั้ง", "다시 대답해줘", "coba jawab lagi"],
  ]),
  help: z._default(words, ["/help", "help", "ヘルプ", "使用說明", "วิธีใช้", "도움말", "bantuan"]),
  /** Commands of the owner's own. */
  own: z._default(z.array(own).check(z.maxLength(50)), []),
});

type Commands = z.infer<typeof commands>;

export type CommandName = Exclude<keyof Commands, "own">;

/** Of two commands that have the same words: where they stand, and which they are. */
export const apart = z.check<Commands>(({ value, issues }) => {
  const { own, ...ours } = value;
  const taken = new Set<string>();
  const all: [PropertyKey[], string[]][] = [
    ...Object.entries(ours).map(([name, words]): [PropertyKey[], string[]] => [[name], words]),
    ...own.map(({ words }, n): [PropertyKey[], string[]] => [["own", n, "words"], words]),
  ];
  for (const [path, words] of all) {
    // Within one command, words may come twice.
    const plain = new Map(words.map((text) => [plainWords(text), text]));
    for (const [key, text] of plain) {
      if (taken.has(key)) issues.push({ code: "custom", input: text, path, message: takenWords(text) });
      taken.add(key);
    }
  }
});

function takenWords(text: string): string {
  return `the same words stand for two commands: ${JSON.stringify(text)}`;
}
