import { framed } from "@henji/core/platform/line/code-frame";
import { compose, fits, type TextMessage } from "@henji/core/platform/line/compose";
import type { Composed } from "@henji/core/platform/platform";
import fc from "fast-check";
import { expect, test } from "vitest";
import { seed } from "./seed.ts";

fc.configureGlobal({ seed });

const texts = (text: string, isCut = false) =>
  compose(text, { cutNotice: "(cut)", isCut }).messages.map((message) => message.text);

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
  expect(texts("x".repeat(25_001)).at(-1)).toMatch(/^x{4994}\n\(cut\)$/);
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

test.each(["👩‍👩‍👧‍👦", "🇯🇵", "e\u0301", "각", "。\u0301"])("%s is never split", (character) => {
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
  const [message] = compose("?", { cutNotice: "(cut)", buttons }).messages;
  expect(message?.quickReply?.items[0]?.action.label).toBe(family.repeat(20));
});

test("buttons are under the last message, with labels of at most 20 characters", () => {
  const words = "a button of 24 characters";
  const how = { cutNotice: "", buttons: [{ label: words, text: words }] };
  expect(compose(`${"a".repeat(5_000)}b`, how).messages).toStrictEqual([
    { type: "text", text: "a".repeat(5_000) },
    {
      ...{ type: "text", text: "b" },
      quickReply: {
        items: [{ type: "action", action: { type: "message", label: words.slice(0, 20), text: words } }],
      },
    },
  ]);
  expect(compose("b", { cutNotice: "", buttons: [] }).messages).toStrictEqual([{ type: "text", text: "b" }]);
  expect(compose("b", { cutNotice: "" }).messages).toStrictEqual([{ type: "text", text: "b" }]);
  expect(compose("", how).messages).toEqual([]);
});

test("a long text is parted after the last whole sentence that has room, not within a number or a sentence", () => {
  const sentence = `${"a".repeat(3_000)}.`;
  const rest = `${"b ".repeat(500)}3.14${"c".repeat(3_000)}`;
  expect(texts(`${sentence} ${rest}`)).toEqual([sentence, rest]);
});

const more = { label: "More", text: "more" };
const cutNotice = "(cut)";

test("with a button to continue nothing is cut: what has no room is the rest, composed in turn", () => {
  const text = Array.from({ length: 60 }, (_, n) => `${n}. ${"word ".repeat(150).trim()}`).join("\n");
  const first = compose(text, { cutNotice, continueButton: more });
  expect(first.messages).toHaveLength(5);
  expect(first.messages.at(-1)?.quickReply?.items.map(({ action }) => action.label)).toEqual(["More"]);
  const second = compose(first.rest!, { cutNotice, continueButton: more, buttons: [] });
  expect(second.rest).toBeUndefined();
  expect(second.messages.at(-1)).not.toHaveProperty("quickReply");
  const shown = [...first.messages, ...second.messages].map((message) => message.text).join("\n");
  expect(shown).toBe(text);
});

test("the button to continue is the first, and is only under a text that goes on", () => {
  const how = { cutNotice, continueButton: more, buttons: [{ label: "Help", text: "help" }] };
  const labels = (text: string) =>
    compose(text, how)
      .messages.at(-1)
      ?.quickReply?.items.map(({ action }) => action.label);
  expect(labels("x".repeat(25_001))).toEqual(["More", "Help"]);
  expect(labels("x".repeat(25_000))).toEqual(["Help"]);
});

test("a text that the model has cut says so at its end, not where a button goes on", () => {
  const { messages, rest = "" } = compose("x".repeat(25_001), {
    cutNotice,
    isCut: true,
    continueButton: more,
  });
  expect(messages.at(-1)?.text).toBe("x".repeat(5_000));
  expect(compose(rest, { cutNotice, isCut: true, continueButton: more }).messages).toEqual([
    { type: "text", text: "x\n(cut)" },
  ]);
});

const code = (lines: number, letter = "x") =>
  Array(lines)
    .fill(`  ${letter.repeat(97)}`)
    .join("\n");

test("code stays whole, even if much of a message stays empty", () => {
  const frame = framed(code(40), "ts");
  expect(texts(`${"word ".repeat(400).trim()}\n${frame}\n\nafter`)).toEqual([
    "word ".repeat(400).trim(),
    `${frame}\n\nafter`,
  ]);
  const full = framed("x".repeat(5_000 - framed("").length));
  expect(texts(`${full}\n${full}`)).toEqual([full, full]);
  expect(texts(`${full}\nafter`)).toEqual([full, "after"]);
  const words = framed(`${"x ".repeat(2_493)}xx`);
  expect(words).toHaveLength(5_000);
  expect(texts(`${words}\nafter`)).toEqual([words, "after"]);
  const tree = framed(`${"x".repeat(2_400)}\n  └────\n${"y".repeat(2_400)}`);
  expect(texts(`${"word ".repeat(200).trim()}\n${tree}`)).toEqual(["word ".repeat(200).trim(), tree]);
});

test("code longer than a message is parted between lines, each part in a frame and with its indentation", () => {
  expect(texts(`before\n${framed(code(120), "ts")}`)).toEqual([
    "before",
    framed(code(49), "ts"),
    framed(code(49), "ts"),
    framed(code(22), "ts"),
  ]);
  const room = 5_000 - framed("", "ts").length;
  expect(texts(framed("x".repeat(room + 7), "ts"))).toEqual([
    framed("x".repeat(room), "ts"),
    framed("x".repeat(7), "ts"),
  ]);
});

test("what only begins like code is text", () => {
  expect(texts(`┌──── ts\n${"word. ".repeat(1_000)}`)[0]).toMatch(/word\.$/);
});

test.each([
  ["a quotation keeps its end", "彼は「はい。」と言った。", /。$|。」$/],
  ["a sentence its brackets", "そうです（たぶん。）でも", /でも$|）$/],
  ["a clause its comma", "とてもながいながいひとつのくぎりです、", /、$/],
  ["a word its letters", "日本語", /日本語$/],
])("%s", (_, unit, end) => {
  const pieces = texts(unit.repeat(Math.ceil(12_000 / unit.length)));
  expect(pieces).toHaveLength(3);
  for (const piece of pieces.slice(0, -1)) expect(piece).toMatch(end);
  for (const piece of pieces) expect(piece).not.toMatch(/^[。」）、]/);
});

test("an item is not parted from its mark, nor a heading from its text", () => {
  for (const mark of ["• ", "1. ", "　- ", "│ • ", "✅ "]) {
    const text = `${"x".repeat(4_000)}\n${mark}${"y".repeat(2_000)}`;
    expect(texts(text)).toEqual(["x".repeat(4_000), `${mark}${"y".repeat(2_000)}`]);
  }
  const alone = `1.\n${"y".repeat(100)}`;
  expect(texts(`${"x".repeat(4_990)}\n${alone}`)).toEqual(["x".repeat(4_990), alone]);
  for (const text of [
    `■ Title\n${"y".repeat(2_000)}`,
    `■ Title\n${framed(code(20))}`,
    `1.\n${framed(code(20))}`,
  ])
    expect(texts(`${"x".repeat(4_000)}\n${text}`)).toEqual(["x".repeat(4_000), text]);
});

test("a URL is not parted at its question mark", () => {
  const url = `https://example.com/?q=${"a".repeat(1_000)}`;
  expect(texts(`${"x ".repeat(2_200)}${url}`)).toEqual(["x ".repeat(2_200).trim(), url]);
});

const segments = new Intl.Segmenter("en", { granularity: "grapheme" });
const graphemesOf = (text: string) =>
  Array.from(segments.segment(text), ({ segment }) => segment).filter((segment) => segment.trim() !== "");

/** Everything composed of a text, however many calls it takes. */
function everything(text: string): string[] {
  const pieces: string[] = [];
  let rest: string | undefined = text;
  while (rest !== undefined) {
    const composed: Composed<TextMessage> = compose(rest, { cutNotice, continueButton: more });
    expect(composed.messages.length).toBeLessThanOrEqual(5);
    pieces.push(...composed.messages.map((message) => message.text));
    rest = composed.rest;
  }
  return pieces;
}

const unit = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.constantFrom(
    "\n",
    "\n\n",
    "😀",
    "。",
    "」",
    "、",
    " ",
    "　",
    "長い",
    "e\u0301",
    "👩‍👩‍👧‍👦",
    "• ",
    "1. ",
    "■ a\n",
    "│ ",
  ),
);
const anyText = fc
  .tuple(fc.array(unit, { minLength: 1, maxLength: 30 }), fc.integer({ min: 1, max: 3_000 }))
  .map(([units, times]) => units.join("").repeat(times).slice(0, 30_000).toWellFormed())
  .filter((candidate) => candidate.trim() !== "");

test("any text becomes messages of 1 to 5,000 units, with every grapheme of it whole and in order", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const pieces = everything(text);
      for (const piece of pieces) {
        expect(piece.trim()).not.toBe("");
        expect(piece.length).toBeLessThanOrEqual(5_000);
        expect(piece.isWellFormed()).toBe(true);
      }
      expect(pieces.flatMap(graphemesOf).join("|")).toBe(graphemesOf(text).join("|"));
    }),
    { numRuns: 100 },
  );
});

test("any text is cut with a notice exactly if it does not fit, and is at most 5 messages", () => {
  fc.assert(
    fc.property(anyText, fc.boolean(), (text, isCut) => {
      const pieces = texts(text, isCut);
      expect(pieces.length).toBeLessThanOrEqual(5);
      for (const piece of pieces) expect(piece.length).toBeLessThanOrEqual(5_000);
      expect(pieces.at(-1)!.endsWith(`\n${cutNotice}`)).toBe(isCut || !fits(text));
    }),
    { numRuns: 100 },
  );
});

test("code that fits into a message is whole in one, wherever it stands", () => {
  const block = fc.oneof(
    fc
      .tuple(fc.integer({ min: 1, max: 48 }), fc.constantFrom("a", "b"))
      .map(([n, c]) => framed(code(n, c), "ts")),
    fc.integer({ min: 1, max: 900 }).map((n) => "これは文です。".repeat(n)),
    fc.integer({ min: 1, max: 900 }).map((n) => "word ".repeat(n).trim()),
  );
  const gap = fc.constantFrom("\n", "\n\n");
  fc.assert(
    fc.property(fc.array(fc.tuple(block, gap), { minLength: 1, maxLength: 12 }), (blocks) => {
      const frames = blocks.map(([text]) => text).filter((text) => text.startsWith("┌"));
      const pieces = everything(blocks.flat().join("").trimEnd());
      const found = pieces.flatMap((piece) => piece.match(/^┌──── ts\n[\s\S]*?\n└────$/gm) ?? []);
      expect(found).toEqual(frames);
    }),
    { numRuns: 100 },
  );
});

const goOn = { label: "Go on", text: "Show me the rest", data: "go_on:1#E1" };

test("what one call does not take is left for the button that goes on with it", () => {
  const how = { cutNotice: "(cut)", continueButton: goOn };
  const { messages, rest } = compose(`${"a".repeat(25_000)} and the rest`, how);
  expect(messages.map(({ text }) => text.length)).toEqual([5_000, 5_000, 5_000, 5_000, 5_000]);
  const { label, text: displayText } = goOn;
  const action = { type: "postback", label, data: "henji:go_on:1#E1", displayText };
  expect(messages.at(-1)?.quickReply).toEqual({ items: [{ type: "action", action }] });
  expect(rest).toBe("and the rest");
});

test("a text that one call takes has no such button", () => {
  expect(compose("Hi", { cutNotice: "(cut)", continueButton: goOn })).toStrictEqual({
    messages: [{ type: "text", text: "Hi" }],
  });
});
