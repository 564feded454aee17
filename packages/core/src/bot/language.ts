/** In which the bot says what it says by itself. */
export type Language = "en" | "ja";

/** Japanese if there is any kana or kanji, English otherwise. */
export function languageOf(text: string): Language {
  return /[\p{scx=Hiragana}\p{scx=Katakana}\p{sc=Han}]/u.test(text) ? "ja" : "en";
}
