import { compose } from "@henji/core/platform/line/compose";
import { readable } from "@henji/core/platform/line/markdown/readable";
import { plain } from "@henji/core/reply/plain";
import { withSources } from "@henji/core/reply/sources";
import { expect, test } from "vitest";

/** As a user of LINE sees it. */
function seen(text: string, sources: Parameters<typeof withSources>[1]): string {
  const { messages } = compose(readable(withSources(text, sources, plain)), { cutNotice: "…" });
  return messages.map((message) => message.text).join("\n---\n");
}

const kobe = { title: "Weather in Kobe", url: "https://weather.example/kobe?utm_source=openai" };
const sea = { title: "The sea, today", url: "https://sea.example/a_b_(c)" };

test("a link to a source becomes its number, and the sources stand under the answer, each once", () => {
  const text = `It is **sunny** ([weather.example](${kobe.url})). The [sea](${sea.url}) is calm ([x](${kobe.url})).`;
  expect(seen(text, [kobe, sea])).toBe(
    [
      "It is sunny [1]. The sea [2] is calm [1].",
      "",
      "[1] Weather in Kobe",
      "https://weather.example/kobe?utm_source=openai",
      "[2] The sea, today",
      "https://sea.example/a_b_(c)",
    ].join("\n"),
  );
});

test("a source that the text has no link to is listed all the same, and a file by its name", () => {
  expect(seen("From nine.", [{ title: "opening_hours_*.md" }, kobe])).toBe(
    `From nine.\n\n[1] opening_hours_*.md\n[2] Weather in Kobe\n${kobe.url}`,
  );
});

test("a title is one line, is cut, and says nothing but itself", () => {
  const [, title] = /^\[1\] (.*)$/m.exec(
    seen("Yes.", [
      { title: `# **Buy**\n[now](https://evil.example) ${"x".repeat(200)}`, url: "https://a.example/" },
    ]),
  )!;
  expect(title).toMatch(/^# \*\*Buy\*\* \[now\]\(https:\/\/evil\.example\) x+…$/);
  expect(title).toHaveLength(80);
  expect(seen("Yes.", [{ title: " ", url: "https://a.example/b" }])).toContain("[1] a.example\n");
});

test("there are five at the most, and none but pages that can be opened", () => {
  const many = Array.from({ length: 9 }, (_, n) => ({ title: `P${n}`, url: `https://a.example/${n}` }));
  const shown = seen("Yes.", [
    { title: "S", url: "javascript:alert(1)" },
    { title: "L", url: `https://a.example/${"x".repeat(500)}` },
    { title: "" },
    ...many,
  ]);
  expect(shown.match(/^\[\d\] .*/gm)).toEqual(["[1] P0", "[2] P1", "[3] P2", "[4] P3", "[5] P4"]);
});

test("marks that the model leaves in its text are taken off, and nothing else", () => {
  const text =
    "Open at nine \uE200cite\uE202turn0search0\uE202turn1view2\uE201. See【4:0†hours.md】 there, 【注意】.";
  expect(seen(text, [])).toBe("Open at nine. See there, 【注意】.");
  expect(seen("As it was.", [])).toBe("As it was.");
});
