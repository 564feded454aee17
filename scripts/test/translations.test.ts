import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Document, documents, root, targetOf } from "./documents.ts";

const byPath = new Map(documents.map((document) => [document.path, document]));
const japaneseOf = (path: string) => path.replace(/\.md$/, ".ja.md");
const translated = documents.flatMap((english) => {
  const japanese = byPath.get(japaneseOf(english.path));
  return japanese ? [{ path: japanese.path, english, japanese }] : [];
});

test("every page in Japanese has its page in English", () => {
  const pages = documents.filter(({ path }) => path.endsWith(".ja.md"));
  expect(translated.map(({ path }) => path).sort()).toEqual(pages.map(({ path }) => path).sort());
  expect(translated.map(({ path }) => path)).toEqual(["README.ja.md", "docs/deploy.ja.md"]);
});

describe.each(translated)("$path follows the page in English", ({ english, japanese }) => {
  test("in its headings, their levels, and its tables", () => {
    expect(japanese.levels).toEqual(english.levels);
    expect(japanese.tables).toEqual(english.tables);
  });

  test("in its code blocks; only what is no command may have lines in Japanese", () => {
    expect(japanese.blocks.map(({ language }) => language)).toEqual(
      english.blocks.map(({ language }) => language),
    );
    for (const [n, { language, text }] of english.blocks.entries()) {
      const isTranslated = (line: string) =>
        !language.startsWith("sh") && /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u.test(line);
      const lines = text.split("\n");
      const expected = japanese.blocks[n]!.text.split("\n").map((line, at) =>
        isTranslated(line) ? line : lines[at],
      );
      expect(japanese.blocks[n]!.text.split("\n")).toEqual(expected);
      expect(expected).toHaveLength(lines.length);
    }
  });

  test("in what it names, and in its numbers", () => {
    expect([...new Set(japanese.spans)].sort()).toEqual([...new Set(english.spans)].sort());
    expect(numbersOf(english).filter((number) => !numbersOf(japanese).includes(number))).toEqual([]);
  });

  test("in its links, which lead to pages in Japanese where there are any", () => {
    expect(linksOf(japanese)).toEqual(linksOf(english));
    const inEnglish = pagesOf(japanese).filter((path) => byPath.has(japaneseOf(path)));
    expect([...new Set(inEnglish)]).toEqual([english.path]);
  });

  test("and each leads to the other", () => {
    expect(pagesOf(english)).toContain(japanese.path);
    expect(pagesOf(japanese)).toContain(english.path);
  });
});

/** Those of two digits and more: Japanese has digits for smaller ones that English spells out. */
function numbersOf({ path }: Document): string[] {
  return readFileSync(join(root, path), "utf8").match(/\d[\d,.]*\d/g) ?? [];
}

function pagesOf(document: Document): string[] {
  return document.links.flatMap((link) => targetOf(document, link)?.path ?? []);
}

/**
 * Where the page leads, as a page in English would say it. Without its own in the other language,
 * and without the internet, where a page in Japanese may lead to others.
 */
function linksOf(document: Document): string[] {
  const links = document.links.flatMap((link) => {
    const target = targetOf(document, link);
    if (!target) return [];
    const path = target.path.replace(/\.ja\.md$/, ".md");
    if (target.path !== document.path && path === document.path.replace(/\.ja\.md$/, ".md")) return [];
    if (target.anchor === undefined) return [path];
    const heading = byPath.get(target.path)!.anchors.indexOf(target.anchor);
    return [`${path}#${byPath.get(path)!.anchors[heading]}`];
  });
  return [...new Set(links)].sort();
}
