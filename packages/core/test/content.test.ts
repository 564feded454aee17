import { type Content, textContent, textOf } from "@henji/core/platform/content";
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
