import { closestFirst, readNotesRequest, readRemembered, writeNotes } from "./notes.ts";
import type { Conversation, Message } from "./request.ts";
import { shorten } from "./shorten.ts";

/** Graphemes of a quote before it is shortened, and how many quotes a list holds. */
const QUOTE_LENGTH = 40;
const QUOTES = 5;
const SUMMARY_QUOTES = 20;

/**
 * The stand-in's answer: that it is a stand-in, the latest message and the earlier ones; or notes, if the
 * request asks for them. It claims nothing else.
 */
export function standInAnswer(conversation: Conversation): string | Promise<string> {
  const { instructions, body } = conversation;
  const asked = readNotesRequest(conversation);
  if (asked) return writeNotes(asked, body.max_output_tokens ?? undefined);

  const { notes, messages } = readRemembered(conversation);
  const heard = messages.filter(({ role }) => role === "user");
  const latest = heard.at(-1) ?? { role: "user", text: "", attachments: [] };
  const earlier = heard.slice(0, -1);
  const say = isJapanese(latest.text) ? japanese : english;
  if (asksForSummary(instructions)) return say.summary(heard.slice(-SUMMARY_QUOTES).map(quoter(say, 80)));

  const quote = quoter(say, QUOTE_LENGTH);
  if (!asksAboutMemory(latest.text)) {
    const previous = earlier.length > 0 ? quote(earlier.at(-1)!) : "";
    const answer = say.answer(quote(latest), earlier.length, previous, notes.length);
    return [answer, ...suggestionsIn(instructions, say), ...descriptionIn(messages, say)].join("\n");
  }
  const listed = earlier.slice(-QUOTES).map(quote);
  const noted = closestFirst(notes, latest.text).slice(0, QUOTES);
  return say.memory(
    listed,
    earlier.length - listed.length,
    noted.map((text) => quote({ role: "user", text, attachments: [] })),
    notes.length - noted.length,
  );
}

/** How the user may go on, if the instructions ask for lines that begin in a certain way. */
function suggestionsIn(instructions: string, { goOn }: typeof english): string[] {
  const mark = /suggest up to \d+ .*on a line of its own that begins with "(?<mark>[^"]+)"/s.exec(
    instructions,
  );
  return mark ? goOn.map((text) => `${mark.groups?.mark}${text}`) : [];
}

/** What was attached, if the bot asks for a line about it that begins in a certain way. */
function descriptionIn(messages: readonly Message[], { attached }: typeof english): string[] {
  const rule = messages.findLast(({ role }) => role === "developer")?.text ?? "";
  const mark = /one last line that begins with "(?<mark>[^"]+)"/.exec(rule)?.groups?.mark;
  const types = messages.at(-1)?.attachments.map(({ type }) => type.replace("input_", "")) ?? [];
  return mark && types.length > 0 ? [`${mark}${attached(types)}`] : [];
}

const english = {
  attached: (types: readonly string[]) => `The stand-in model was shown: ${types.join(", ")}.`,
  goOn: ["What did I say?"],
  open: "“",
  close: "”",
  attachment: "an attachment",
  nothing: "nothing",
  answer: (latest: string, earlier: number, previous: string, notes: number) =>
    `This is Henji's stand-in model (no OpenAI key): you said ${latest}. ${
      earlier === 0
        ? notes === 0
          ? "I remember nothing before that."
          : "Of what came before I have only my notes."
        : `I remember ${earlier} earlier ${earlier === 1 ? "message" : "messages"}, most recently ${previous}${
            notes === 0 ? "." : ", and have notes on those before."
          }`
    }`,
  memory: (listed: string[], more: number, noted: string[], moreNoted: number) => {
    const parts = [
      listed.length > 0 &&
        ` You said before: ${listed.join(", ")}${more > 0 ? `, and ${more} more before those` : ""}.`,
      noted.length > 0 &&
        ` My notes say: ${noted.join(", ")}${moreNoted > 0 ? `, and ${moreNoted} more` : ""}.`,
    ].filter((part) => part !== false);
    return `This is Henji's stand-in model (no OpenAI key)${
      parts.length === 0 ? ": I remember nothing from before." : `.${parts.join("")}`
    }`;
  },
  summary: (listed: string[]) => `The user said: ${listed.join(", ")}.`,
};

const japanese: typeof english = {
  attached: (types) => `代役モデルが受け取ったもの：${types.join("、")}`,
  goOn: ["何を言った？"],
  open: "「",
  close: "」",
  attachment: "添付",
  nothing: "（空）",
  answer: (latest, earlier, previous, notes) =>
    `Henjiの代役モデルです（OpenAIのキーは未設定）。${latest}と受け取りました。${
      earlier === 0
        ? notes === 0
          ? "これより前のことは覚えていません。"
          : "これより前のことはメモだけが残っています。"
        : `前のメッセージは${earlier}件覚えています。直前は${previous}です。${
            notes === 0 ? "" : "それより前のことはメモにあります。"
          }`
    }`,
  memory: (listed, more, noted, moreNoted) => {
    const parts = [
      listed.length > 0 &&
        `前に聞いたのは${listed.join("")}です${more > 0 ? `（その前にも${more}件）` : ""}。`,
      noted.length > 0 &&
        `メモには${noted.join("")}とあります${moreNoted > 0 ? `（ほかに${moreNoted}件）` : ""}。`,
    ].filter((part) => part !== false);
    return `Henjiの代役モデルです（OpenAIのキーは未設定）。${
      parts.length === 0 ? "前のことは何も覚えていません。" : parts.join("")
    }`;
  },
  summary: (listed) => `ユーザーの発言：${listed.join("")}。`,
};

/** Kana or kanji. */
const isJapanese = (text: string) => /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u.test(text);

function asksAboutMemory(text: string): boolean {
  return (
    /\bwhat\s+(did|have|had)\s+I\s+(just\s+)?(say|said|tell|told|write|written|ask|asked)\b/i.test(text) ||
    /\b(do|can)\s+you\s+(still\s+)?(remember|recall)\b|\bwhat('s|\s+is|\s+was)\s+my\b/i.test(text) ||
    /(何|なん|なに)(て|と|を|か)?(言|い)(った|って|いました|いましたか)|覚えて|おぼえて|私の.{1,20}は(何|なん)/u.test(
      text,
    )
  );
}

/** Instructions that ask for a summary, not those of a bot that mention one. */
const asksForSummary = (instructions: string) =>
  /^\s*(you |please )?(summari[sz]e|condense)\b/i.test(instructions) ||
  /^[^。\n]{0,30}会話[^。\n]{0,20}要約/u.test(instructions);

function quoter(say: typeof english, length: number) {
  return ({ text, attachments }: Message) => {
    const short = shorten(text, length);
    if (short !== "") return `${say.open}${short}${say.close}`;
    return attachments.length > 0 ? say.attachment : say.nothing;
  };
}
