import { expect, test } from "vitest";
import { mentioneesIn, offersFor, typedMention } from "../studio/src/mentions.ts";

const henji = { userId: "Ubot", name: "Henji" };
const ann = { userId: "Uann", name: "Ann" };
const annLee = { userId: "Ulee", name: "Ann Lee" };

test("a mention's place counts UTF-16 code units, and its length the @", () => {
  expect(mentioneesIn("🍁 @Henji どこ？", [henji])).toEqual([{ index: 3, length: 6, userId: "Ubot" }]);
});

test("only those who were chosen are mentioned, each time they stand in the text", () => {
  expect(mentioneesIn("@Henji and @Ann", [ann])).toEqual([{ index: 11, length: 4, userId: "Uann" }]);
  expect(mentioneesIn("@Ann @Ann", [ann]).map(({ index }) => index)).toEqual([0, 5]);
  expect(mentioneesIn("nobody", [henji])).toEqual([]);
});

test("the longer of two names is meant", () => {
  expect(mentioneesIn("@Ann Lee, @Ann", [ann, annLee])).toEqual([
    { index: 0, length: 8, userId: "Ulee" },
    { index: 10, length: 4, userId: "Uann" },
  ]);
});

test("LINE takes no more than 20 mentions", () => {
  expect(mentioneesIn("@Ann ".repeat(25), [ann])).toHaveLength(20);
});

test("somebody is offered while an @ is typed at the start of a word, full-width or not", () => {
  expect(typedMention("@", 1)).toEqual({ index: 0, query: "" });
  expect(typedMention("hey @he", 7)).toEqual({ index: 4, query: "he" });
  expect(typedMention("ねえ ＠He", 6)).toEqual({ index: 3, query: "He" });
  expect(typedMention("hey @he", 3)).toBeUndefined();
  expect(typedMention("mail@he", 7)).toBeUndefined();
  expect(typedMention("@Henji ", 7)).toBeUndefined();
  expect(offersFor("A", [henji, ann, annLee])).toEqual([ann, annLee]);
  expect(offersFor("", [henji, ann])).toEqual([henji, ann]);
});
