import { compose } from "@henji/core/platform/line/compose";
import { loadMarkdown } from "@henji/core/platform/line/markdown";
import { readable } from "@henji/core/platform/line/markdown/readable";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seed } from "./seed.ts";

fc.configureGlobal({ seed });

// Whole answers are in answers/; here is what they do not show.

test.each([
  ["strong", "**a** and **b c** and ***d***", "a and b c and d"],
  ["emphasis", "*a* and _b c_", "a and b c"],
  [
    "strong next to Japanese punctuation",
    "これは**「重要」**です。**（注）**を見る",
    "これは「重要」です。（注）を見る",
  ],
  ["strong in Thai, which has no spaces", 'คือ**"สำคัญ"**มาก', 'คือ"สำคัญ"มาก'],
  ["a heading of any level", "#\tOther\n\n##   Third ##", "■ Other\n\n◆ Third"],
  ["the highest heading of a text, whichever it is", "### a\n#### b", "■ a\n\n◆ b"],
  ["a list next to its paragraph", "a:\n- b\n- c\nd", "a:\n• b\n• c\nd"],
  ["a numbered list with brackets", "3) a\n4) b", "3) a\n4) b"],
  ["an empty item", "- a\n-\n- b", "• a\n•\n• b"],
  ["code in an item, after its mark", "1. ```\n   x\n   ```", "1.\n┌────\nx\n└────"],
  ["a quotation without a space", ">a\n>b", "│ a\n│ b"],
  ["the line after a quotation", "> a\nb", "│ a\nb"],
  ["a rule between paragraphs, not under a line", "a\n---\nb", "a\n\n────────\n\nb"],
  ["indented code, without a frame", "a\n\n    b\n      c", "a\n\nb\n  c"],
  [
    "code without a fence, with its indentation",
    "def f(x):\n    if x:\n        return 1",
    "def f(x):\n    if x:\n        return 1",
  ],
  ["hard breaks", "a  \nb\\\nc\n  d", "a\nb\nc\n  d"],
  ["code without lines", "a\n\n```\n```\n\nb", "a\n\nb"],
  ["a link without TLS", "[here](http://example.com/a?b=c)", "here (http://example.com/a?b=c)"],
  ["a link that is its text", "[example.com](https://example.com/)", "https://example.com/"],
  ["a link without text", "[](https://example.com)", "https://example.com"],
  ["a link within the answer", "[below](#below)", "below"],
  [
    "a picture in a link",
    "[![a](https://a.jp/p.png)](https://a.jp)",
    "a (https://a.jp/p.png) (https://a.jp)",
  ],
  ["strong around a URL", "**https://a.jp/x**です", "https://a.jp/xです"],
  ["a URL in brackets", "(https://a.jp/_x_)", "(https://a.jp/_x_)"],
  ["inline code with backticks", "``a ` b`` and `` `c` ``", "``a ` b`` and `` `c` ``"],
  ["entities", "a&nbsp;b &hellip; &#x3042; &unknown;", "a b … あ &unknown;"],
  ["tags that format", "<b>a</b> <div class='x'>b</div> <BR/>c<sup>2</sup> 1<sup>st</sup>", "a b\nc² 1st"],
  ["tags that do not", "<script>a</script> <List<String>>", "<script>a</script> <List<String>>"],
  ["a table of one column", "| a |\n|---|\n| b |", "a\nb"],
  ["a table without rows", "| a | b |\n|---|---|", "a | b"],
  ["a row with fewer cells", "| a | b |\n|---|---|\n| c |\n| d | e |", "a | b\nc |\nd | e"],
  ["a row with more cells", "| a | b |\n|---|---|\n| c | d | e |", "a | b\nc | d | e"],
  ["the line after a table", "| a | b |\n|---|---|\n| c | d |\ne", "a | b\nc | d\ne"],
  ["a reference, which is not looked for", "[a][1]\n\n[1]: https://a.jp", "[a][1]\n\n[1]: https://a.jp"],
])("%s", (_, markdown, shown) => {
  expect(readable(markdown)).toBe(shown);
});

describe("formulas", () => {
  test.each([
    ["$\\frac{1}{2}$", "1/2"],
    ["$\\frac{a+b}{c}$", "(a+b)/c"],
    ["$\\frac{ab}{2a} + \\frac{dy}{dx} + \\frac{1}{\\sqrt{2}}$", "ab/(2a) + dy/dx + 1/√2"],
    ["$\\sqrt{2} \\sqrt{x+1} \\sqrt[3]{x} \\sqrt[n]{x}$", "√2 √(x+1) ∛x ⁿ√x"],
    ["$x^{10}, x^a, x^{ab}, x_{ij}, x_q$", "x¹⁰, x^a, x^(ab), xᵢⱼ, x_q"],
    ["$90^\\circ, f'(x)$", "90°, f'(x)"],
    ["$\\sin\\theta \\le \\text{最大値}$", "sin θ≤ 最大値"],
    ["$\\unknown{x} \\{1\\}$", "\\unknownx {1}"],
    ["$$a \\\\ b$$", "a\nb"],
    ["\\[ a * b * c \\]", "a * b * c"],
    ["$a$と$b_1$", "aとb₁"],
  ])("%s", (tex, shown) => {
    expect(readable(tex)).toBe(shown);
  });

  test.each(["$5 and $10", "HK$5と$6", "$HOME:$PATH", "$ a $", "1$と2$", "\\(^o^)/", "$$"])(
    "%s is none",
    (text) => {
      expect(readable(text)).toBe(text);
    },
  );
});

test.each([
  ...["2*3*4", "2 * 3 * 4", "2**3**2", "2 ** 3 ** 4", "a**b times c**d", "3*(4+5)*2", "(a)*b*(c)", "x * y"],
  ...[
    "(*^_^*)",
    "(*^_^*) (*^_^*)",
    "(^_^) (^_^)",
    "(>_<) (>_<)",
    "(；_；) (；_；)",
    "(*´ω`*) (*´ω`*)",
    "m(_ _)m",
  ],
  ...[
    "¯\\_(ツ)_/¯",
    "\\(^o^)/",
    "(*'ω'*)",
    "(*≧▽≦) (*≧▽≦)",
    "(*ˊᵕˋ*)",
    "_(:3」∠)_",
    "*:.｡.o(≧▽≦)o.｡.:*",
    ">_<",
    ">.<",
  ],
  ...[
    "snake_case_name",
    "_private",
    "__init__.py and __main__",
    "src/**/*.ts and test/**/*.ts",
    "*.ts and *.js",
  ],
  ...[
    "f(*args, **kwargs)",
    "C:\\Users\\a_b",
    "\\\\server\\share",
    "https://a.jp/_next/__x__/*b*/~~c~~",
    "a_b_c@d.jp",
  ],
  ...[
    "#tag and ## 6",
    "####### seven",
    "No. # 5",
    "-5 and +3",
    "1.5",
    "~~gone~~ すごい~~",
    "5 > 3 < 4",
    "A&B",
    "©",
  ],
  ...[
    "==a==",
    "a\n===",
    "[ ] a",
    "[a]",
    "[a] (b)",
    "![a]",
    "<",
    "|",
    "a | b",
    "`",
    "```",
    "。",
    "**",
    "***a",
  ],
])("%j is no Markdown, and is not changed", (text) => {
  expect(readable(text)).toBe(text);
});

test("what would show nothing is shown as it stands", () => {
  for (const text of ["---", "<b></b>", "```\n```"]) expect(readable(text)).toBe(text);
});

test("what is nested deeper than the parser reads is shown as it stands", () => {
  const text = `a **b**\n\n${">".repeat(150)} deep`;
  expect(readable(text)).toBe(text);
  expect(readable(`${">".repeat(40)} deep`)).toBe(`${"│ ".repeat(40)}deep`);
});

test("a formula that is nested too deep does no harm", () => {
  for (const tex of ["{", "\\sqrt", "x^", "\\frac{1}{"])
    expect(readable(`a\n\n$$\n${tex.repeat(50_000)}\n$$`)).toMatch(/^a\n\n/);
});

test("an answer that is cut within code ends its frame before the notice", async () => {
  const composeMarkdown = await loadMarkdown();
  const { messages } = composeMarkdown("```js\na()\n", { cutNotice: "(cut)", isCut: true });
  expect(messages).toEqual([{ type: "text", text: "┌──── js\na()\n└────\n(cut)" }]);
});

const piece = fc.constantFrom(
  ...[
    "# ",
    "## ",
    "- ",
    "  - ",
    "1. ",
    "> ",
    "* ",
    "**",
    "*",
    "_",
    "`",
    "```",
    "```js\n",
    "~~",
    "[",
    "](",
    ")",
    "![",
  ],
  ...[
    "https://a.jp/_b_",
    "| a | b |\n|---|---|\n",
    "| c ",
    "|",
    "$",
    "$$",
    "\\(",
    "\\)",
    "\\[",
    "\\]",
    "\\frac{",
    "}",
  ],
  ...[
    "<br>",
    "<b>",
    "</b>",
    "&amp;",
    "---\n",
    "\n",
    "\n\n",
    "    ",
    "　",
    " ",
    "\\",
    "┌────\n",
    "└────\n",
    "[x] ",
  ],
  ...["日本語", "「重要」", "。", "word", "42", "👩‍👩‍👧‍👦", "e\u0301", "(*^_^*)"],
);
const markdown = fc
  .array(fc.oneof({ weight: 9, arbitrary: piece }, fc.string({ unit: "grapheme" })), { minLength: 1 })
  .map((pieces) => pieces.join(""));

test("any Markdown becomes text that can be sent", () => {
  fc.assert(
    fc.property(
      markdown.filter((text) => text.trim() !== ""),
      (text) => {
        const { messages } = compose(readable(text), { cutNotice: "(cut)" });
        expect(messages.length).toBeGreaterThan(0);
        for (const message of messages) expect(message.text.trim()).not.toBe("");
      },
    ),
    { numRuns: 3_000 },
  );
});

test("no word of the model is lost, and none is moved", () => {
  const words = /word|日本語|重要|42/g;
  fc.assert(
    fc.property(markdown, (text) => {
      // A table's header may be said again in each row, and code's language is no text: both have no such word.
      expect(readable(text).match(words) ?? []).toEqual(text.match(words) ?? []);
    }),
    { numRuns: 3_000 },
  );
});

test("code comes out as it went in, whatever is in it", () => {
  const line = fc.string({
    unit: fc.constantFrom("*", "_", "#", ">", "-", " ", "\t", "a", "あ", "|", "<", "&amp;", "\\", "$"),
  });
  fc.assert(
    fc.property(
      fc.array(line, { minLength: 1 }).map((lines) => ["x", ...lines, "y"].join("\n")),
      (code) => {
        expect(readable(`a\n\n\`\`\`js\n${code}\n\`\`\`\n\nb`)).toBe(`a\n┌──── js\n${code}\n└────\n\nb`);
        expect(readable(`┌──── js\n${code}\n└────`)).toBe(`┌──── js\n${code}\n└────`);
      },
    ),
  );
});

describe("work grows no faster than the text", () => {
  /** How often a character was looked at: the parser looks at them one by one. */
  function steps(text: string): number {
    const methods = ["charCodeAt", "codePointAt", "slice", "indexOf"] as const;
    const originals = methods.map((name) => String.prototype[name]);
    let count = 0;
    methods.forEach((name, index) => {
      // biome-ignore lint/suspicious/noExplicitAny: counts any of them
      String.prototype[name] = function (this: string, ...args: unknown[]): any {
        count += 1;
        return (originals[index] as (...args: unknown[]) => unknown).apply(this, args);
      };
    });
    try {
      compose(readable(text), { cutNotice: "(cut)" });
    } finally {
      methods.forEach((name, index) => {
        // biome-ignore lint/suspicious/noExplicitAny: as it was
        String.prototype[name] = originals[index] as any;
      });
    }
    return count;
  }

  test.each([
    ...[
      "*",
      "**あ",
      "a*b",
      "*a_b",
      "_",
      "[",
      "![",
      "[a](",
      "[a](b 'c",
      "](",
      "<",
      "<b",
      "<!--",
      "<a@b>",
      "&",
      "\\",
      "~~",
    ],
    ...[
      ">",
      "> a\n",
      "- ",
      "- a\n",
      "  - a\n",
      "1. a\n\n",
      "# ",
      "`",
      "``a`",
      "```\n",
      "┌────\n",
      "└────\n",
      "---\n",
    ],
    ...[
      "$",
      "$a",
      "$$\n",
      "\\(",
      "\\[\n",
      "^{",
      "$\\frac",
      "|",
      "|`a",
      "a|b\n-|-\n",
      "http://",
      "(*^_^*)",
      "。",
      "\n",
      " ",
    ],
  ])("%j, many times", (unit) => {
    const times = (length: number) => unit.repeat(Math.ceil(length / unit.length));
    const [short, long] = [steps(times(6_250)), steps(times(50_000))];
    // Eight times the text: eight times the work, and not sixty-four.
    expect(long / short).toBeLessThan(12);
  });
});
