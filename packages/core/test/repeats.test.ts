import { createRepeats } from "@henji/core/chat/repeats";
import { expect, test } from "vitest";

test.each([
  ["My PIN is 4711", "You told me that your pin is 4711."],
  ["My PIN is 4711", "It is ４７１１"],
  ["My PIN is 4711", "4711, as you said."],
  ["I live in Kawasaki City", "You said: I live in Kawasaki City, right?"],
  ["暗証番号は4711です", "暗証番号は「4711」でしたね。"],
  ["昨日は清水寺と伏見稲荷を回りました", "清水寺と伏見稲荷ですか、いいですね"],
  ["I am going to leave my husband", "So you are GOING TO\nLEAVE my husband?"],
  ["田中太郎", "田中太郎さん、こんにちは"],
  ["aki@example.com", "I have noted aki@example.com."],
])("%j is repeated in %j", (message, text) => {
  expect(createRepeats(message)(text)).toBe(true);
});

test.each([
  ["ok", "ok, thanks"],
  ["はい", "はい、わかりました"],
  ["ありがとうございます", "こちらこそ、ありがとうございます。"],
  ["天気について教えてください", "何について教えてほしいですか？"],
  ["Thank you very much for 3 days", "Thank you very much for the 3 pictures"],
  ["My PIN is 4711", "Your secret number ends with 11."],
  ["", "anything"],
  ["😀", "😀"],
])("%j is not repeated in %j", (message, text) => {
  expect(createRepeats(message)(text)).toBe(false);
});

test("two long texts can be compared", () => {
  const message = "甲は乙に商品を納入する".repeat(450);
  expect(createRepeats(message)("乙は甲に代金を支払う".repeat(2_500))).toBe(false);
  expect(createRepeats(message)(`${"あ".repeat(25_000)}甲は乙に商品を納入`)).toBe(true);
});
