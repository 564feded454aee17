import type { Conversation, Message } from "./request.ts";

/** Graphemes of a quote before it is shortened, and how many quotes a list holds. */
const QUOTE_LENGTH = 40;
const QUOTES = 5;
const SUMMARY_QUOTES = 20;

/**
 * What the stand-in says: that it is one, what it heard, and what it remembers.
 * It claims nothing else, because it knows nothing else.
 */
export function standInAnswer({ instructions, messages }: Conversation): string {
  const heard = messages.filter(({ role }) => role === "user");
  const latest = heard.at(-1) ?? { role: "user", text: "", attachments: 0 };
  const earlier = heard.slice(0, -1);
  const say = isJapanese(latest.text) ? japanese : english;
  if (asksForSummary(instructions)) return say.summary(heard.slice(-SUMMARY_QUOTES).map(quoter(say, 80)));

  const quote = quoter(say, QUOTE_LENGTH);
  if (!asksAboutMemory(latest.text)) {
    return say.answer(quote(latest), earlier.length, earlier.length > 0 ? quote(earlier.at(-1)!) : "");
  }
  const listed = earlier.slice(-QUOTES).map(quote);
  return say.memory(listed, earlier.length - listed.length);
}

const english = {
  open: "“",
  close: "”",
  attachment: "an attachment",
  nothing: "nothing",
  answer: (latest: string, earlier: number, previous: string) =>
    `This is Henji's stand-in model (no OpenAI key): you said ${latest}. ${
      earlier === 0
        ? "I remember nothing before that."
        : `I remember ${earlier} earlier ${earlier === 1 ? "message" : "messages"}, most recently ${previous}.`
    }`,
  memory: (listed: string[], more: number) =>
    listed.length === 0
      ? "This is Henji's stand-in model (no OpenAI key): I remember nothing from before."
      : `This is Henji's stand-in model (no OpenAI key). You said before: ${listed.join(", ")}${
          more > 0 ? `, and ${more} more before those` : ""
        }.`,
  summary: (listed: string[]) => `The user said: ${listed.join(", ")}.`,
};

const japanese: typeof english = {
  open: "「",
  close: "」",
  attachment: "添付",
  nothing: "（空）",
  answer: (latest, earlier, previous) =>
    `Henjiの代役モデルです（OpenAIのキーは未設定）。${latest}と受け取りました。${
      earlier === 0
        ? "これより前のことは覚えていません。"
        : `前のメッセージは${earlier}件覚えています。直前は${previous}です。`
    }`,
  memory: (listed, more) =>
    listed.length === 0
      ? "Henjiの代役モデルです（OpenAIのキーは未設定）。前のことは何も覚えていません。"
      : `Henjiの代役モデルです（OpenAIのキーは未設定）。前に聞いたのは${listed.join("")}です${
          more > 0 ? `（その前にも${more}件）` : ""
        }。`,
  summary: (listed) => `ユーザーの発言：${listed.join("")}。`,
};

/** Kana or kanji. */
const isJapanese = (text: string) => /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u.test(text);

function asksAboutMemory(text: string): boolean {
  return (
    /\bwhat\s+(did|have|had)\s+I\s+(just\s+)?(say|said|tell|told|write|written|ask|asked)\b/i.test(text) ||
    /\b(do|can)\s+you\s+(still\s+)?(remember|recall)\b|\bwhat('s|\s+is)\s+my\s+name\b/i.test(text) ||
    /(何|なん|なに)(て|と|を|か)?(言|い)(った|って|いました|いましたか)|覚えて|おぼえて|私の名前は(何|なん)/u.test(
      text,
    )
  );
}

/** Instructions whose task is a summary, not a bot's that mention one. */
const asksForSummary = (instructions: string) =>
  /^\s*(you |please )?(summari[sz]e|condense)\b/i.test(instructions) ||
  /^[^。\n]{0,30}会話[^。\n]{0,20}要約/u.test(instructions);

function quoter(say: typeof english, length: number) {
  return ({ text, attachments }: Message) => {
    const short = shorten(text, length);
    if (short !== "") return `${say.open}${short}${say.close}`;
    return attachments > 0 ? say.attachment : say.nothing;
  };
}

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/**
 * One line of at most so many graphemes: an emoji of seven code points is never
 * torn, and no control or direction mark of a user's text runs on into ours.
 */
function shorten(text: string, length: number): string {
  const head = text.slice(0, length * 20);
  const line = head
    .toWellFormed()
    .replace(/[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]+/gu, " ")
    .replace(/\s+/g, " ")
    .trim();
  const all = Array.from(graphemes.segment(line), ({ segment }) => segment);
  if (all.length <= length && head.length === text.length) return line;
  return `${all.slice(0, length).join("").trimEnd()}…`;
}
