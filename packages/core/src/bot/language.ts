/** In which the bot says what it says by itself. English comes first: it is spoken where nothing says otherwise. */
export const languages = ["en", "ja", "zh-TW", "th", "ko", "id"] as const;

export type Language = (typeof languages)[number];

/**
 * The language of a text, or else the first hint that it allows: digits allow every language, 漢字 alone
 * Japanese and Chinese. Simplified Chinese counts as Chinese.
 */
export function languageOf(text: string, hints: readonly (Language | undefined)[] = []): Language {
  const possible = languagesOf(text);
  return hints.find((hint) => hint !== undefined && possible.includes(hint)) ?? possible[0];
}

/** The language of a text that leaves no doubt. */
export function clearLanguageOf(text: string): Language | undefined {
  const [language, ...others] = languagesOf(text);
  return others.length === 0 ? language : undefined;
}

/** The language of a BCP 47 tag such as LINE has in a profile, if it is one of ours. */
export function languageOfTag(tag: string | undefined): Language | undefined {
  const primary = tag?.toLowerCase().split("-")[0];
  return languages.find((language) => language.split("-")[0] === primary);
}

/** Languages that a text may be in, the likeliest first. */
type Possible = readonly [Language, ...Language[]];

/** UTF-16 code units from which the language is told. */
const MAX_READ = 1_000;

function languagesOf(text: string): Possible {
  const spoken = spokenPart(text.slice(0, MAX_READ).normalize("NFKC"));
  const scripts: { letters: number; possible: Possible }[] = [
    { letters: count(spoken, /\p{sc=Hangul}/gu), possible: ["ko"] },
    { letters: count(spoken, /(?=\p{L})\p{sc=Thai}/gu), possible: ["th"] },
    {
      letters: count(spoken, /[\p{sc=Han}\p{sc=Bopomofo}\p{sc=Hiragana}\p{sc=Katakana}]/gu),
      possible: japaneseOrChinese(spoken),
    },
  ];
  const script = scripts.reduce((most, other) => (other.letters > most.letters ? other : most));
  const words = spoken.toLowerCase().match(/\p{sc=Latin}+/gu) ?? [];
  const english = words.filter((word) => englishWords.has(word)).length;
  const indonesian = words.filter((word) => indonesianWords.has(word)).length;
  const latin: Possible = english === indonesian ? languages : [english > indonesian ? "en" : "id"];
  if (script.letters === 0) return latin;
  // Names and terms are written in Latin letters everywhere. A sentence around a foreign word has words of grammar.
  const isAround = Math.abs(english - indonesian) >= 2 && words.join("").length > 2 * script.letters;
  return isAround ? latin : script.possible;
}

/** Without addresses, faces such as ¯\_(ツ)_/¯ and, if anything else is said, without what is quoted. */
function spokenPart(text: string): string {
  const own = text.replace(/https?:\S+/g, " ").replace(lettersOfFaces, " ");
  const unquoted = own.replace(/「[^」]*」|『[^』]*』|“[^”]*”|"[^"]*"/g, " ");
  return /\p{L}/u.test(unquoted) ? unquoted : own;
}

/** Arms, and kana and parts of a hangul that stand alone beside a bracket or a symbol other than an emoji. */
const lettersOfFaces =
  /[ヽヾ]|(?<=[\(\)•≧≦\p{M}[[\p{Sk}\p{So}]--[\p{Emoji}^]]])[\p{sc=Katakana}\p{sc=Hiragana}\u1100-\u11FF](?!\p{L})|(?<!\p{L})[\p{sc=Katakana}\p{sc=Hiragana}\u1100-\u11FF](?=[\(\)•≧≦[[\p{Sk}\p{So}]--[\p{Emoji}^]]])/gv;

/** Kana are Japanese, except の, which Taiwan writes too, and bopomofo Chinese; 漢字 are told apart by those that only one has. */
function japaneseOrChinese(text: string): Possible {
  if (/(?!の)[\p{sc=Hiragana}\p{sc=Katakana}]/u.test(text)) return ["ja"];
  const difference = count(text, chinese) - count(text, japanese);
  if (difference !== 0) return [difference > 0 ? "zh-TW" : "ja"];
  return text.includes("の") ? ["ja"] : ["ja", "zh-TW"];
}

/** Characters and words that modern Japanese does not write; 我, 是 and 的 outside of words such as 我慢, 是非 and 目的. */
const chinese =
  /\p{sc=Bopomofo}|[你您妳她它們们嗎吗呢吧啊喔哦嗯啦嘛哈嗨這这哪沒没怎麼么很說说讓让还對对會來谢幫帮掉跟吃找點錢钱學國體氣實發經關與號單區歲價兩從轉變讀寫聽圖樂歡賣灣臺晚匯譯廳麵雞]|謝謝|再見|今天|明天|好的|真的|再.{1,2}一次|(?<![自無怪没忘])我(?![慢流々国欲儘])|是(?![非正])|(?<=[我你妳他她們])的/gu;

/** Characters as only Japan simplified or made them. */
const japanese =
  /[々〆気駅図読売円広辺沢桜発経楽価対応歳県鉄転関実続総単検験険変恵悪栄営両毎浜焼済渋帰払択挙様込働畑峠匂丼帯戦亜囲覚観権縄塩収従処剤捜騒蔵臓伝頼戻黒乗浄譲畳歩訳説]/gu;

/** Very common in messages, and no words of other languages that are often written; "help", "ok" and the like tell nothing. */
const englishWords = new Set(
  `a about again all am an and any are as at be because been but by can could did do does dont each every
  everything for forget from get give good had has have he hello her here hey hi him his how i if im in into is it
  its just know like make many me more most much my near need not of on one or our please she should show so some
  something tell than thank thanks that the their them then there these they this those to try want was we were
  what when where which who why will with would yes yesterday you your`.split(/\s+/),
);

const indonesianWords = new Set(
  `ada adalah aja aku anda apa apakah atau bagaimana bagus bahasa banget bantu bantuan banyak baru begitu belum
  berapa besok bikin bisa boleh buat bukan cari cerita coba cuaca dalam dari dengan dia dong enggak gak gimana
  gue halo harga hari harus hingga ingin ini itu jadi jangan jawab jawaban jelaskan jika juga kalau kalo kami
  kamu kapan karena kasih kata kemarin kenapa kepada ketika kita lagi lalu lanjutkan lebih lihat lupakan makan
  makasih malam masih mau mengapa mereka minta mohon nggak nih oke oleh orang pada pagi paling pernah punya
  resep saat saja sampai sangat saya sebagai sedang sekali sekarang selamat semua semuanya seperti siang siapa
  sudah supaya tadi tahu tapi tentang terima terjemahkan tetapi tidak tolong tulis udah ulangi untuk yang`.split(
    /\s+/,
  ),
);

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
