import { type Language, languageOf, languageOfTag, languages } from "@henji/core/bot/language";
import { textContent } from "@henji/core/platform/content";
import { languageFor } from "@henji/core/reply/language";
import fc from "fast-check";
import { expect, test } from "vitest";
import { seed } from "./seed.ts";
import { past } from "./turns.ts";

fc.configureGlobal({ seed });

test.each<[Language, string[]]>([
  [
    "en",
    [
      "Hello 😀",
      "thx, you're the best ❤️",
      "What's the weather like in Tokyo tomorrow?",
      "can u recommend a good ramen place near Shinjuku",
      "Translate こんにちは to English please",
      "How do you say ขอบคุณ in Korean?",
      "ｗｈａｔ　ｉｓ　ｔｈｉｓ？",
      "no idea ¯\\_(ツ)_/¯ what do you think",
      "Is Dan at the office?",
    ],
  ],
  [
    "ja",
    [
      "こんにちは",
      "明日の天気を教えて",
      "了解です！",
      "ｶﾀｶﾅ",
      "え？",
      "う〜ん",
      "www それはやばい",
      "Next.jsのuseEffectの使い方",
      "AWS Lambda の cold start を速くする方法",
      "「사랑해」ってどういう意味？",
      "今日大阪駅集合",
      "英訳",
      "我慢の限界",
      "え～",
      "I love you の意味は？",
      "Let it go feat. Idina Menzel の歌詞",
      "東京の地図",
      "OK、ありがとう(^o^)",
    ],
  ],
  [
    "zh-TW",
    [
      "你好",
      "早安！今天天氣如何？",
      "謝謝",
      "請推薦台北好吃的餐廳",
      "幫我把這段翻成英文：Good morning",
      "我想去日本玩，要準備什麼",
      "LINE 貼圖怎麼下載",
      "多少錢",
      "ㄏㄏ",
      "優の良品在哪裡買得到",
      "「ありがとう」是什麼意思",
      "對啊～哈哈",
      "太棒了ヽ(✿ﾟ▽ﾟ)ノ 愛你",
      // Simplified: of the six, the one that its reader reads.
      "你会说中文吗",
    ],
  ],
  [
    "th",
    [
      "สวัสดีค่ะ",
      "วันนี้อากาศเป็นยังไงบ้าง",
      "ช่วยแปลคำว่า apple ให้หน่อย",
      "iPhone 17 Pro ราคาเท่าไหร่",
      "555555 ตลกมาก",
      "ขอบคุณครับ 🙏",
      "คำว่า 返事 แปลว่าอะไร",
    ],
  ],
  [
    "ko",
    [
      "안녕하세요",
      "네",
      "ㅋㅋㅋㅋ",
      "오늘 저녁 뭐 먹을까?",
      "ChatGPT랑 뭐가 달라?",
      "“你好”는 무슨 뜻이에요?",
      "中国어로 번역해줘",
      "고마워요ㅠㅠ",
    ],
  ],
  [
    "id",
    [
      "halo kak",
      "Apa kabar?",
      "Besok cuaca di Jakarta gimana?",
      "tolong terjemahkan ke bahasa Inggris",
      "makasih ya 🙏",
      "gak tau",
      "resep nasi goreng yang enak",
      "Apa artinya ありがとう? Tolong jelaskan ya",
    ],
  ],
])("messages in %s are known by themselves", (language, texts) => {
  // The hints contradict: they must not count.
  const hints = languages.filter((other) => other !== language);
  expect(texts.map((text) => [text, languageOf(text, hints)])).toEqual(texts.map((text) => [text, language]));
});

test.each<[string, (Language | undefined)[], Language]>([
  ["", [], "en"],
  ["123", [], "en"],
  ["123", ["th"], "th"],
  ["😂😂", [undefined, "ko", "ja"], "ko"],
  ["/help", ["id", "en"], "id"],
  ["／ｈｅｌｐ", ["zh-TW"], "zh-TW"],
  ["ok", ["ja"], "ja"],
  ["OK!", [], "en"],
  ["LINE Pay", ["th"], "th"],
  ["¯\\_(ツ)_/¯", ["en"], "en"],
  ["(๑•̀ㅂ•́)و", ["zh-TW"], "zh-TW"],
  ["https://example.com/a", ["ko"], "ko"],
  // As many words of English as of Indonesian.
  ["Dan it itu", ["id"], "id"],
  // No language of ours.
  ["Привет, как дела?", ["ko"], "ko"],
  ["Guten Morgen zusammen", ["ja"], "ja"],
  // Japanese or Chinese, whatever the rest of the chat is in.
  ["返事", [], "ja"],
  ["返事", ["zh-TW", "ja"], "zh-TW"],
  ["返事", ["en", undefined, "zh-TW"], "zh-TW"],
  ["東京", ["en", "th"], "ja"],
  ["目的地", ["zh-TW"], "zh-TW"],
  ["是非！", [], "ja"],
])("%j, which may be in several languages, with hints %j is in %s", (text, hints, language) => {
  expect(languageOf(text, hints)).toBe(language);
});

test("what is quoted counts only if there is nothing else", () => {
  expect(languageOf('"Good morning, how are you?" を翻訳')).toBe("ja");
  expect(languageOf("「こんにちは」")).toBe("ja");
  expect(languageOf('"สวัสดี" 123')).toBe("th");
});

test("any text is in one of the languages, and only a hint can be undefined", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({ unit: fc.constantFrom(...'aあ漢가กㄅの的我再一次"「」(ツ)\ud83d 1') }),
  );
  const hints = fc.array(fc.option(fc.constantFrom(...languages), { nil: undefined }));
  fc.assert(
    fc.property(text, hints, (text, hints) => {
      const language = languageOf(text, hints);
      expect(languages).toContain(language);
      // What is clear does not depend on hints; what is not is a hint, or the likeliest.
      const clear = languages.filter((hint) => languageOf(text, [hint]) === hint);
      expect(clear).toContain(language);
      if (clear.length > 1)
        expect(language).toBe(hints.find((hint) => hint && clear.includes(hint)) ?? language);
    }),
  );
});

test.each([
  ["en", "en"],
  ["en-GB", "en"],
  ["ja", "ja"],
  ["zh-TW", "zh-TW"],
  ["zh-Hant", "zh-TW"],
  ["zh-CN", "zh-TW"],
  ["th", "th"],
  ["ko-KR", "ko"],
  ["ID", "id"],
  ["fr", undefined],
  ["eng", undefined],
  ["", undefined],
  [undefined, undefined],
])("the language %s of a profile is %s", (tag, language) => {
  expect(languageOfTag(tag)).toBe(language);
});

test("a message that does not tell its language is answered in that of the chat's last words that do", () => {
  const asked = (text: string) => ({ question: textContent(text) });
  const memory = { turns: [past("1", "Hello"), past("2", "こんにちは"), past("3", "123")] };
  for (const text of ["/help", "/forget", "  /help", "／ help", "help", "", "👍"])
    expect([text, languageFor(asked(text), memory, ["th"])]).toEqual([text, "ja"]);
  expect(languageFor(asked("Thank you"), memory, ["th"])).toBe("en");
  expect(languageFor(asked("/ヘルプ"), undefined, [])).toBe("ja");
});

test("without any such words, it is answered in the profile's language, and else in the bot's own", () => {
  const asked = { question: textContent("/help") };
  expect(languageFor(asked, { turns: [past("1", "123")] }, ["ko", "ja"])).toBe("ko");
  expect(languageFor(asked, { turns: [] }, [undefined, "ja"])).toBe("ja");
  expect(languageFor(asked, undefined, [])).toBe("en");
});
