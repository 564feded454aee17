import { type Content, textContent, textOf, wordsOf } from "@henji/core/platform/content";
import { expect, test } from "vitest";

test("a text is a question of one part", () => {
  expect(textContent("Hi\nthere")).toEqual([{ kind: "text", text: "Hi\nthere" }]);
  expect(textOf(textContent("Hi\nthere"))).toBe("Hi\nthere");
});

test("the text of a question is what its parts say, a part a line; a part that only its platform has says nothing", () => {
  const content: Content = [
    { kind: "image", ref: "M1", name: "photo.jpg" },
    { kind: "text", text: "Where is this?" },
    { kind: "file", ref: "M2", name: "map.pdf", bytes: 5 },
    { kind: "location", text: "Tokyo Station" },
    { kind: "sticker", text: "happy" },
  ];
  expect(textOf(content)).toBe("Where is this?\nTokyo Station\nhappy");
  expect(textOf(content.slice(0, 1))).toBe("");
});

test("of an erased question no text is left", () => {
  expect(textOf([])).toBe("");
});

test.each<[Content, string]>([
  [[{ kind: "image", ref: "1" }], "[Picture]"],
  [[{ kind: "image", ref: "1", seen: "A cat." }], "[Picture: A cat.]"],
  [
    [
      { kind: "image", ref: "1", seen: "Two cats." },
      { kind: "image", ref: "2" },
      { kind: "text", text: "Which?" },
    ],
    "[2 pictures: Two cats.]\nWhich?",
  ],
  [[{ kind: "file", ref: "1", name: "a.pdf", seen: "A bill." }], "[File: a.pdf: A bill.]"],
  [[{ kind: "file", ref: "1" }], "[File]"],
  [[{ kind: "video", ref: "1" }], "[Video]"],
  [[{ kind: "audio", ref: "1" }], "[Voice message]"],
  [[{ kind: "audio", ref: "1", text: "Hello" }], "Hello"],
  [[{ kind: "unknown", type: "hologram" }], ""],
])("%j is %s in words", (content, words) => {
  expect(wordsOf(content)).toBe(words);
});
