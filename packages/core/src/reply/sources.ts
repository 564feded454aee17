import type { Source } from "../model/model.ts";

/** Listed under an answer; a longer list is read by nobody, and is part of the conversation after it. */
const MAX_SOURCES = 5;
/** UTF-16 code units. */
const MAX_TITLE = 80;
/** UTF-16 code units; a longer address is not shown. */
const MAX_URL = 500;

/** Marks of its own that the model writes now and then, which only OpenAI's pages can read. */
const leaked = /\s?\uE200[^\uE200\uE201]{0,300}\uE201|【\d[^【】]{0,40}†[^【】]{0,200}】/g;

/**
 * An answer, as Markdown, with its sources under it: numbered, each once, with its address. A link to one in the text
 * becomes its number there, since LINE shows no links behind words.
 *
 * @param plain as in `plain.ts`; given, so that what is loaded late shares no file with what is loaded at once
 */
export function withSources(text: string, found: readonly Source[], plain: (text: string) => string): string {
  const sources = found.filter(isShown).slice(0, MAX_SOURCES);
  const marked = sources.reduce(withNumber, text.replace(leaked, ""));
  if (sources.length === 0) return marked.trim();
  const list = sources.map((source, n) =>
    [`\\[${n + 1}\\] ${plain(titleOf(source))}`, source.url].filter(Boolean).join("\n"),
  );
  return `${marked.trim()}\n\n${list.join("\n")}`;
}

function isShown({ title, url }: Source): boolean {
  if (url === undefined) return title.trim() !== "";
  return url.length <= MAX_URL && /^https?:$/.test(URL.parse(url)?.protocol ?? "");
}

/** `([example.com](https://example.com/))` becomes `[1]`, and `[its name](https://example.com/)` `its name [1]`. */
function withNumber(text: string, { url }: Source, index: number): string {
  if (url === undefined) return text;
  const mark = `\\[${index + 1}\\]`;
  const link = `\\[([^\\[\\]]{0,200})\\]\\(${RegExp.escape(url)}(?: "[^"]{0,200}")?\\)`;
  return text
    .replace(new RegExp(`\\(${link}\\)`, "g"), mark)
    .replace(new RegExp(link, "g"), (_, words: string) => `${words} ${mark}`);
}

function titleOf({ title, url }: Source): string {
  const line = title.replace(/\s+/g, " ").trim() || (URL.parse(url ?? "")?.hostname ?? "");
  return line.length <= MAX_TITLE ? line : `${line.slice(0, MAX_TITLE - 1).toWellFormed()}…`;
}
