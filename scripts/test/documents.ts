import { globSync, readFileSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import GithubSlugger from "github-slugger";
import { lexer, type Token, walkTokens } from "marked";

export const root = resolve(import.meta.dirname, "../..");

export type Block = { language: string; text: string };

export type Document = {
  /** From the root of the repository, with slashes. */
  path: string;
  /** What a link to a heading has behind `#`. */
  anchors: string[];
  /** Levels of the headings, in the order of `anchors`. */
  levels: number[];
  /** Where links and pictures lead. */
  links: string[];
  blocks: Block[];
  /** What stands between backquotes in the text. */
  spans: string[];
  /** Of each table, the cells of each row, its header first. */
  tables: number[][];
};

/** All pages of the repository that people read, as GitHub understands them. */
export const documents: readonly Document[] = globSync("**/*.md", {
  cwd: root,
  exclude: (path) => /(^|[\\/])(node_modules|dist|\.\w+)$/.test(path),
})
  .map((path) => path.replaceAll(sep, "/"))
  .sort()
  .map(read);

function read(path: string): Document {
  const slugger = new GithubSlugger();
  const document: Document = { path, anchors: [], levels: [], links: [], blocks: [], spans: [], tables: [] };
  walkTokens(lexer(readFileSync(join(root, path), "utf8")), (token) => {
    if (token.type === "heading") {
      document.anchors.push(slugger.slug(plainText(token)));
      document.levels.push(token.depth);
    }
    if (token.type === "link" || token.type === "image") document.links.push(token.href);
    if (token.type === "codespan") document.spans.push(token.text);
    if (token.type === "code") document.blocks.push({ language: token.lang ?? "", text: token.text });
    if (token.type === "table")
      document.tables.push([token.header, ...token.rows].map((cells: unknown[]) => cells.length));
  });
  return document;
}

function plainText(token: Token): string {
  if (!("tokens" in token) || !token.tokens) return "text" in token ? String(token.text) : "";
  return token.tokens.map(plainText).join("");
}

/** What a relative link of this page names, from the root; nothing for an address on the internet. */
export function targetOf({ path }: Document, link: string): { path: string; anchor?: string } | undefined {
  if (/^[a-z]+:/i.test(link)) return undefined;
  const [file = "", anchor] = decodeURI(link).split("#");
  const target = file === "" ? path : relative(root, resolve(root, path, "..", file)).replaceAll(sep, "/");
  return { path: target, ...(anchor !== undefined && { anchor }) };
}
