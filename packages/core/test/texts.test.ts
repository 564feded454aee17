import { type BotConfig, type CommandName, defineBot, spokenCommands } from "@henji/core/bot";
import { type Language, languageOf, languages } from "@henji/core/bot/language";
import { defaultTexts } from "@henji/core/bot/texts/default";
import { labels } from "@henji/core/bot/texts/texts";
import { isLabel, plainWords } from "@henji/core/bot/words";
import { commandOf, isSlashed, wordsFor } from "@henji/core/decide/command";
import { compose } from "@henji/core/platform/line/compose";
import { createNotices } from "@henji/core/reply/notice";
import { describe, expect, test } from "vitest";

const minimal: BotConfig = { instructions: "Be kind." };
const bot = defineBot(minimal);

/** Every text with its path, such as `about.help`. */
function textsIn(language: Language): [string, string][] {
  const { about, ...texts } = defaultTexts[language];
  return [
    ...Object.entries(texts),
    ...Object.entries(about).map(([name, text]): [string, string] => [`about.${name}`, text]),
  ];
}

const isOnButton = (key: string) => (labels as readonly string[]).includes(key);

/** The characters between two of a double-byte encoding. */
function charactersOf(encoding: "big5" | "euc-jp", first: number, last: number): Set<string> {
  const decoder = new TextDecoder(encoding);
  const codes = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  return new Set(codes.map((code) => decoder.decode(Uint8Array.of(code >> 8, code & 0xff))));
}

/** Frequent characters by the standards of Taiwan and Japan: neither has those that only others write. */
const frequentInTaiwan = charactersOf("big5", 0xa440, 0xc67e);
const frequentInJapan = charactersOf("euc-jp", 0xb0a1, 0xcfd3);

/** Whether a text in this language may have this letter. */
const writes: Record<Language, (letter: string) => boolean> = {
  en: (letter) => /\p{sc=Latin}/u.test(letter),
  ja: (letter) => /[\p{sc=Hiragana}\p{sc=Katakana}ー]/u.test(letter) || frequentInJapan.has(letter),
  "zh-TW": (letter) => frequentInTaiwan.has(letter),
  th: (letter) => /\p{sc=Thai}/u.test(letter),
  ko: (letter) => /\p{sc=Hangul}/u.test(letter),
  id: (letter) => /\p{sc=Latin}/u.test(letter),
};

/** The letters of a text that its language does not write, placeholders aside. */
function foreignIn(text: string, language: Language): string[] {
  const all = text.replaceAll("{timeZone}", "").match(/\p{L}/gu) ?? [];
  return all.filter((letter) => !writes[language](letter));
}

describe.each(languages)("the texts in %s", (language) => {
  const texts = textsIn(language);

  test("are all there", () => {
    expect(texts.map(([key]) => key)).toEqual(textsIn("en").map(([key]) => key));
    expect(texts.filter(([, text]) => text.trim() === "")).toEqual([]);
  });

  test("fit into one short message, and labels on a button", () => {
    expect(texts.filter(([key, text]) => (isOnButton(key) ? !isLabel(text) : text.length > 300))).toEqual([]);
  });

  test("are in that language, by their letters and by their words", () => {
    for (const [key, text] of texts) {
      // A label or a description has few words, which may be in several languages.
      const hints = isOnButton(key) || key.startsWith("about.") ? [language] : [];
      const told = languageOf(text.replaceAll("{timeZone}", ""), hints);
      expect([key, foreignIn(text, language), told]).toEqual([key, [], language]);
    }
  });

  test("have their placeholders", () => {
    const placeholders = texts.flatMap(
      ([key, text]) => text.match(/\{[^}]*\}/g)?.map((it) => [key, it]) ?? [],
    );
    expect(placeholders).toEqual([
      ["export", "{timeZone}"],
      ["exportOwn", "{timeZone}"],
    ]);
  });

  test("can each be replaced in bot.config.ts, and are said then", () => {
    const { about, ...said } = defaultTexts[language];
    const renamed = <T extends object>(texts: T) =>
      Object.fromEntries(Object.keys(texts).map((key) => [key, `my ${key}`])) as T;
    const mine = { ...renamed(said), about: renamed(about) };
    expect(defineBot({ ...minimal, texts: { [language]: mine } }).texts).toEqual({
      ...bot.texts,
      [language]: mine,
    });
    for (const [key, text] of Object.entries(renamed(said))) {
      const { texts } = defineBot({ ...minimal, texts: { [language]: { [key]: text } } });
      expect(texts[language]).toEqual({ ...bot.texts[language], [key]: text });
    }
    const { texts } = defineBot({ ...minimal, texts: { [language]: { apology: "Oops!" } } });
    const [apology] = createNotices({ ...bot, texts }).apology({
      platform: { compose },
      chat: { type: "user" },
      language,
    });
    expect(apology?.text).toBe("Oops!");
  });
});

describe.each(languages)("the commands in %s", (language) => {
  const names = Object.keys(bot.commands).filter((name) => name !== "own") as CommandName[];

  test("have words that are understood, in its letters, and fit on a button", () => {
    for (const name of names) {
      const words = wordsFor(name, language, bot)!;
      expect([name, commandOf(words, bot)?.name]).toEqual([name, name]);
      expect([name, isSlashed(words), foreignIn(words, language)]).toEqual([name, false, []]);
      // The button to the next page of an export has an arrow behind the words.
      expect(isLabel(name === "export" ? `${words} →` : words)).toBe(true);
    }
  });

  test("are answered in it, whatever was said before", () => {
    const others = languages.filter((other) => other !== language);
    for (const name of names) {
      const words = wordsFor(name, language, bot)!;
      // Everybody writes "help".
      if (words !== "help") expect([words, languageOf(words, others)]).toEqual([words, language]);
    }
  });

  test("have a line each in the list of the commands", () => {
    const help = createNotices(bot).notice("help", {
      platform: { compose },
      chat: { type: "user" },
      language,
      summary: "",
    });
    for (const name of spokenCommands) {
      const line = `${wordsFor(name, language, bot)}\n　${bot.texts[language].about[name]}`;
      expect(help.map(({ text }) => text).join("\n")).toContain(line);
    }
  });
});

test("no words stand for two things: commands in any language, and buttons", () => {
  const { own: _, ...named } = bot.commands;
  const commands = Object.values(named).flatMap((words) => words.map(plainWords));
  const buttons = languages.flatMap((language) => labels.map((key) => plainWords(bot.texts[language][key])));
  const all = [...commands, ...buttons];
  expect(all.filter((words, index) => all.indexOf(words) !== index)).toEqual([]);
});

test("a label that does not fit on a button is refused, counted as LINE counts", () => {
  const goOn = (text: string) => defineBot({ ...minimal, texts: { th: { goOn: text } } }).texts.th.goOn;
  // Twenty times what a reader sees as one character, in forty UTF-16 code units.
  expect(goOn("กี่".slice(0, 2).repeat(20))).toHaveLength(40);
  expect(() => goOn("x".repeat(21))).toThrow("texts.th.goOn: too long for a button");
  expect(() => goOn(`x${"\u0301".repeat(80)}`)).toThrow("texts.th.goOn: too long for a button");
  expect(() => goOn("")).toThrow("texts.th.goOn: ");
});
