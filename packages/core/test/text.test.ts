import { toMessages } from "@henji/core/line/text";
import fc from "fast-check";
import { expect, test } from "vitest";
import { seed } from "./seed.ts";

fc.configureGlobal({ seed });

const texts = (text: string, cut = false) => toMessages(text, "(cut)", cut).map((message) => message.text);

test("a short answer is one message, as it is", () => {
  expect(texts("Hello 👋")).toEqual(["Hello 👋"]);
});

test("a long answer is broken where a reader would break it", () => {
  const paragraph = `${"word ".repeat(700).trim()}.`;
  expect(texts(`${paragraph}\n\n${paragraph}`)).toEqual([paragraph, paragraph]);
  const japanese = "返事をします。".repeat(1000);
  for (const piece of texts(japanese)) expect(piece).toMatch(/。$/);
});

test("what does not fit into five messages is cut, and says so", () => {
  const pieces = texts("あ".repeat(30_000));
  expect(pieces).toHaveLength(5);
  expect(pieces.at(-1)).toMatch(/\n\(cut\)$/);
  expect(texts("half an ans", true)).toEqual(["half an ans\n(cut)"]);
});

test("a family of emoji is never torn apart", () => {
  const family = "👩‍👩‍👧‍👦";
  for (const piece of texts(family.repeat(1_500))) expect(piece.replaceAll(family, "")).toBe("");
});

test("any text gives 1 to 5 messages of 1 to 5,000 units, well formed", () => {
  const unit = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("\n", "😀", "。", " ", "長い", "e\u0301"),
  );
  const text = fc
    .tuple(fc.array(unit, { minLength: 1 }), fc.integer({ min: 1, max: 4_000 }))
    .map(([units, times]) => units.join("").repeat(times).slice(0, 60_000).toWellFormed())
    .filter((candidate) => candidate.trim() !== "");
  fc.assert(
    fc.property(text, fc.boolean(), (candidate, cut) => {
      const pieces = texts(candidate, cut);
      expect(pieces.length).toBeGreaterThanOrEqual(1);
      expect(pieces.length).toBeLessThanOrEqual(5);
      for (const piece of pieces) {
        expect(piece.length).toBeGreaterThan(0);
        expect(piece.length).toBeLessThanOrEqual(5_000);
        expect(piece.isWellFormed()).toBe(true);
      }
    }),
    { numRuns: 200 },
  );
});

test("Markdown that LINE would show raw is taken off, code is left alone", () => {
  expect(texts("# Title\n**bold** and [a link](https://example.com)\n`**code**`")).toEqual([
    "Title\nbold and a link (https://example.com)\n`**code**`",
  ]);
  for (const text of ["2 ** 3 ** 4 and #hashtag", "2**3**2", "a**b times c**d"])
    expect(texts(text)).toEqual([text]);
  expect(texts("これは**重要**です")).toEqual(["これは重要です"]);
});
