import { languageOf } from "@henji/core/bot/language";
import { textContent } from "@henji/core/platform/content";
import { languageFor } from "@henji/core/reply/language";
import { expect, test } from "vitest";
import { past } from "./turns.ts";

test.each([
  ["こんにちは", "ja"],
  ["返事", "ja"],
  ["ｶﾀｶﾅ", "ja"],
  ["Hello 😀", "en"],
  ["", "en"],
])("%j is answered in %s", (text, language) => {
  expect(languageOf(text)).toBe(language);
});

test("a command with a slash, of any width, is answered in the language of the last question", () => {
  const asked = (text: string) => ({ question: textContent(text) });
  const memory = { turns: [past("1", "Hello"), past("2", "こんにちは")] };
  for (const text of ["/help", "  /help", "／ help"])
    expect([text, languageFor(asked(text), memory)]).toEqual([text, "ja"]);
  for (const text of ["help/", "", " ", "h"])
    expect([text, languageFor(asked(text), memory)]).toEqual([text, "en"]);
  expect(languageFor(asked("/help"), { turns: [] })).toBe("en");
  expect(languageFor(asked("/ヘルプ"), undefined)).toBe("ja");
});
