import { compose, fits } from "@henji/core/platform/line/compose";
import fc from "fast-check";
import { expect, test } from "vitest";
import { seed } from "./seed.ts";

fc.configureGlobal({ seed });

const texts = (text: string, isCut = false, format: "markdown" | "plain" = "markdown") =>
  compose(text, { cutNotice: "(cut)", isCut, format }).map((message) => message.text);

test("a short answer is one unchanged message", () => {
  expect(texts("Hello 👋")).toEqual(["Hello 👋"]);
});

test("a long answer is split at paragraphs, lines, sentences or words", () => {
  const paragraph = `${"word ".repeat(700).trim()}.`;
  expect(texts(`${paragraph}\n\n${paragraph}`)).toEqual([paragraph, paragraph]);
  const japanese = "返事をします。".repeat(1000);
  for (const piece of texts(japanese)) expect(piece).toMatch(/。$/);
});

test("a text that exceeds five messages is cut, with a notice", () => {
  const pieces = texts("あ".repeat(30_000));
  expect(pieces).toHaveLength(5);
  expect(pieces.at(-1)).toMatch(/\n\(cut\)$/);
  expect(texts("half an ans", true)).toEqual(["half an ans\n(cut)"]);
});

test("five full messages are not cut; one more unit is", () => {
  expect(texts("あ".repeat(25_000))).toEqual(Array(5).fill("あ".repeat(5_000)));
  expect(texts("あ".repeat(25_001)).at(-1)).toMatch(/^あ{4994}\n\(cut\)$/);
});

test("a message is as long as its breaks allow, without white space around it", () => {
  const pieces = texts(`  ${"word   ".repeat(2_000)}`);
  expect(pieces).toHaveLength(3);
  for (const piece of pieces) expect(piece).toBe(piece.trim());
  for (const piece of pieces.slice(0, -1)) expect(piece.length).toBeGreaterThan(4_980);
  expect(texts("word   ".repeat(9_000)).at(-1)).toMatch(/word\n\(cut\)$/);
});

test("the cut notice replaces no word for which there is room", () => {
  for (const length of [3_000, 5_000 - "\n(cut)".length]) {
    const text = "word "
      .repeat(1_000)
      .slice(0, length - 1)
      .concat("s");
    expect(texts(text, true)).toEqual([`${text}\n(cut)`]);
  }
});

test("five messages are filled before anything is left out, and none is empty", () => {
  const words = ["a", "b", "c", "d", "e", "f", "g"].map((letter) => letter.repeat(4_999));
  expect(texts(words.slice(0, 4).join(" "))).toEqual(words.slice(0, 4));
  expect(texts(words.slice(0, 5).join(" "))).toEqual(words.slice(0, 5));
  const cut = [...words.slice(0, 4), `${"e".repeat(4_994)}\n(cut)`];
  expect(texts(words.slice(0, 6).join(" "))).toEqual(cut);
  expect(texts(words.join(" "))).toEqual(cut);
  expect(texts(`${"a".repeat(5_000)}   `)).toEqual(["a".repeat(5_000)]);
});

test("a text fits if nothing is cut; white space between messages takes no room", () => {
  expect(fits("あ".repeat(25_000))).toBe(true);
  expect(fits("あ".repeat(25_001))).toBe(false);
  expect(fits(`${"a".repeat(25_000)}     `)).toBe(true);
  expect(fits(`${"a".repeat(25_000)} b`)).toBe(false);
});

test.each(["👩‍👩‍👧‍👦", "🇯🇵", "e\u0301", "각"])("%s is never split", (character) => {
  for (const before of ["", "a", "ab", "abc"]) {
    const [first = "", ...others] = texts(before + character.repeat(Math.floor(20_000 / character.length)));
    for (const piece of [first.slice(before.length), ...others])
      expect(piece.replaceAll(character, "")).toBe("");
  }
});

test("a character longer than a message is split between code points", () => {
  const chain = "👩\u200D";
  for (const before of ["", "a", "ab"]) {
    const pieces = texts(before + chain.repeat(4_000));
    expect(pieces.join("")).toBe(before + chain.repeat(4_000));
    for (const piece of pieces) expect(piece.isWellFormed()).toBe(true);
  }
  // Whether the last place is before, between or inside two of its emoji.
  for (const [start, length] of [
    ["", 5_000],
    ["👩🏽\u200D", 5_000],
    ["👩🏽🏽\u200D", 4_999],
  ] as const)
    expect([start, texts(start + chain.repeat(4_000))[0]?.length]).toEqual([start, length]);
});

test("a button's label has at most 20 graphemes, none of them split", () => {
  const family = "👩‍👩‍👧‍👦";
  const buttons = [{ label: family.repeat(21), text: "x" }];
  const [message] = compose("?", { cutNotice: "(cut)", buttons });
  expect(message?.quickReply?.items[0]?.action.label).toBe(family.repeat(20));
});

test("any text becomes 1 to 5 well-formed messages of 1 to 5,000 units", () => {
  const unit = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("\n", "😀", "。", " ", "長い", "e\u0301"),
  );
  const text = fc
    .tuple(fc.array(unit, { minLength: 1 }), fc.integer({ min: 1, max: 4_000 }))
    .map(([units, times]) => units.join("").repeat(times).slice(0, 60_000).toWellFormed())
    .filter((candidate) => candidate.trim() !== "");
  fc.assert(
    fc.property(text, fc.boolean(), fc.constantFrom("markdown", "plain"), (candidate, isCut, format) => {
      const pieces = texts(candidate, isCut, format);
      expect(pieces.length).toBeGreaterThanOrEqual(1);
      expect(pieces.length).toBeLessThanOrEqual(5);
      for (const piece of pieces) {
        expect(piece.length).toBeGreaterThan(0);
        expect(piece.length).toBeLessThanOrEqual(5_000);
        expect(piece.isWellFormed()).toBe(true);
        expect(piece).toBe(piece.trim());
      }
      if (format === "plain")
        expect(pieces.at(-1)!.endsWith("\n(cut)")).toBe(isCut || !fits(candidate.trim()));
    }),
    { numRuns: 200 },
  );
});

test("Markdown that LINE would show raw is removed, except in code", () => {
  expect(texts("# Title\n**bold** and [a link](https://example.com)\n`**code**`")).toEqual([
    "Title\nbold and a link (https://example.com)\n`**code**`",
  ]);
  for (const text of ["2 ** 3 ** 4 and #hashtag", "2**3**2", "a**b times c**d"])
    expect(texts(text)).toEqual([text]);
  expect(texts("これは**重要**です")).toEqual(["これは重要です"]);
});

test.each([
  ["a heading of any level", "###### Title\n#\tOther\n##   Third", "Title\nOther\nThird"],
  ["a letter in bold", "**a** and **b c**", "a and b c"],
  ["a link without TLS", "[here](http://example.com/a?b=c)", "here (http://example.com/a?b=c)"],
])("the marks of %s are removed", (_, text, plain) => {
  expect(texts(text)).toEqual([plain]);
});

test.each([
  "No. # 5 and ## 6",
  "####### seven",
  "```js\n**a** + [b](https://c.example)\n# d\n```",
  "It goes on:\n```\n**not closed**",
  "`**a**` and `# b`",
  "![a picture](https://example.com/a.png)",
])("%j is not changed", (text) => {
  expect(texts(text)).toEqual([text]);
});

test("a text that no model wrote is not changed", () => {
  const text = "# Title\n**bold** and [a link](https://example.com)";
  expect(texts(text, false, "plain")).toEqual([text]);
});

test("buttons are under the last message, with labels of at most 20 characters", () => {
  const words = "a button of 24 characters";
  const how = { cutNotice: "", buttons: [{ label: words, text: words }] };
  expect(compose(`${"a".repeat(5_000)}b`, how)).toStrictEqual([
    { type: "text", text: "a".repeat(5_000) },
    {
      ...{ type: "text", text: "b" },
      quickReply: {
        items: [{ type: "action", action: { type: "message", label: words.slice(0, 20), text: words } }],
      },
    },
  ]);
  expect(compose("b", { cutNotice: "", buttons: [] })).toStrictEqual([{ type: "text", text: "b" }]);
  expect(compose("b", { cutNotice: "" })).toStrictEqual([{ type: "text", text: "b" }]);
  expect(compose("", how)).toEqual([]);
});

test("a long text is parted after the last whole sentence that has room, not within a number or a sentence", () => {
  const sentence = `${"a".repeat(3_000)}.`;
  const rest = `${"b ".repeat(500)}3.14${"c".repeat(3_000)}`;
  const texts = compose(`${sentence} ${rest}`, { cutNotice: "…" }).map(({ text }) => text);
  expect(texts).toEqual([sentence, rest]);
});
