import { type BotConfig, defineBot, languageOf } from "@henji/core/bot";
import { expect, test } from "vitest";
import bot from "../../../bot.config.ts";

const texts = { apology: "a", refusal: "r", cut: "c", tooMany: "t" };
const minimal: BotConfig = {
  instructions: "Be kind.",
  model: {},
  memory: {},
  texts: { en: texts, ja: texts },
};

test("the configuration that ships is valid", () => {
  expect(bot.model.name).toBe("gpt-6-luna");
});

test("everything with a sensible default may be left out", () => {
  expect(defineBot(minimal)).toMatchObject({ delivery: "auto", model: { maxOutputTokens: 1_000 } });
});

test("every mistake is named with its path", () => {
  const broken = {
    ...minimal,
    instructions: "",
    memory: { highWaterTokens: 10, retentionDays: 1 },
    delivry: "auto",
  };
  expect(() => defineBot(broken as BotConfig)).toThrow(/instructions: .*memory\.retentionDays: .*delivry/s);
});

test.each([
  ["こんにちは", "ja"],
  ["返事", "ja"],
  ["ｶﾀｶﾅ", "ja"],
  ["Hello 😀", "en"],
  ["", "en"],
])("%j is answered in %s", (text, language) => {
  expect(languageOf(text)).toBe(language);
});
