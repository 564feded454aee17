import type { MarkdownIt, StateInline } from "markdown-it";

/** No rule looks further than this for where its own construct ends, so that none costs more than linear time. */
const MAX_SPAN = 1_000;

/** What LINE needs of Markdown's inline rules beside emphasis. */
export function inlineRules(md: MarkdownIt): void {
  md.inline.ruler.at("newline", lineBreak);
  md.inline.ruler.at("escape", escaped);
  md.inline.ruler.before("escape", "math", math);
  md.inline.ruler.before("autolink", "tag", tag);
  md.inline.ruler.before("linkify", "url", url);
}

/** Each line of the model is one; its indentation stays, as in code that has no fences. */
function lineBreak(state: StateInline, silent: boolean): boolean {
  if (state.src[state.pos] !== "\n") return false;
  if (!silent) state.push("softbreak", "br", 0);
  state.pos += 1;
  return true;
}

const escapable = /^[*_`#+.!|~<>[\]$&-]/;

/**
 * A backslash is kept unless it stands before a mark that would be taken for Markdown: \(^o^)/, ¯\_(ツ)_/¯ and
 * \\server\share are no escapes.
 */
function escaped(state: StateInline, silent: boolean): boolean {
  const { src, pos, posMax } = state;
  if (src[pos] !== "\\" || pos + 1 >= posMax) return false;
  const next = src[pos + 1]!;
  // A hard break: the line ends by itself.
  if (next === "\n") {
    state.pos = pos + 1;
    return true;
  }
  const isEscape = escapable.test(next) && src[pos - 1] !== "¯";
  if (!silent && isEscape) Object.assign(state.push("text_special", "", 0), { content: next });
  if (!silent && !isEscape) state.pending += `\\${/[\\_]/.test(next) ? next : ""}`;
  state.pos = pos + (isEscape || /[\\_]/.test(next) ? 2 : 1);
  return true;
}

/** `$x$`, `$$x$$` and `\(x\)`. What merely costs dollars, or is a variable of a shell, is no formula. */
function math(state: StateInline, silent: boolean): boolean {
  const { src, pos, posMax } = state;
  const [, open = ""] = /^(\$\$|\$|\\\()/.exec(src.slice(pos, pos + 2)) ?? [];
  if (open === "") return false;
  const close = open === "\\(" ? "\\)" : open;
  const span = src.slice(pos + open.length, Math.min(posMax, pos + MAX_SPAN));
  const length = span.indexOf(close);
  if (length < 1) return false;
  const tex = span.slice(0, length);
  const after = span[length + close.length] ?? "";
  if (open === "$" && !isFormula(tex, src[pos - 1] ?? "", after)) return false;
  if (!silent) Object.assign(state.push("math", "", 0), { content: tex });
  state.pos = pos + open.length + length + close.length;
  return true;
}

function isFormula(tex: string, before: string, after: string): boolean {
  if (/^\s|\s$|\n\s*\n/.test(tex) || /[A-Za-z0-9$]/.test(before) || /[A-Za-z0-9$]/.test(after)) return false;
  if (/[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}]/u.test(tex)) return /\\(?:text|mathrm)/.test(tex);
  return /[\\^_=<>+|]/.test(tex) || /^[^\s.]{1,12}$/.test(tex);
}

const script = /<(su[bp])>([^<>\s]{1,20})<\/\1>/iy;
const formatting =
  /<\/?(?:b|strong|i|em|u|s|sub|sup|small|big|mark|kbd|span|font|center|p|div|details|summary|br)(?:\s[^<>]{0,200})?\/?>/iy;

/** Tags that only format are taken off, and `<br>` breaks the line. Any other is text, such as `List<String>`. */
function tag(state: StateInline, silent: boolean): boolean {
  if (state.src[state.pos] !== "<") return false;
  script.lastIndex = state.pos;
  formatting.lastIndex = state.pos;
  const [found, position = "", raisedText = ""] = script.exec(state.src) ?? formatting.exec(state.src) ?? [];
  if (found === undefined || state.pos + found.length > state.posMax) return false;
  if (!silent) {
    // Even where nothing is shown there is a token: what stands before and after must not become one mark.
    const token = /^<br/i.test(found) ? state.push("hardbreak", "br", 0) : state.push("script", "", 0);
    Object.assign(token, { content: raisedText, tag: position.toLowerCase() });
  }
  state.pos += found.length;
  return true;
}

const restOfUrl = /:\/\/[!#-);+-;=?-Z^_a-z{}~*]+/iy;

/** A URL in the text stays as it is, with its `_` and `*`. */
function url(state: StateInline, silent: boolean): boolean {
  const { src, pos, posMax } = state;
  if (src[pos] !== ":" || !/https?$/i.test(src.slice(Math.max(0, pos - 5), pos))) return false;
  restOfUrl.lastIndex = pos;
  const [found] = restOfUrl.exec(src) ?? [];
  if (found === undefined) return false;
  const whole = found.slice(0, posMax - pos);
  const kept = whole.slice(0, endOfUrl(whole));
  if (!silent) state.pending += kept;
  state.pos = pos + kept.length;
  return kept !== "";
}

/** Marks and punctuation at its end are not part of it. */
function endOfUrl(url: string): number {
  let end = url.length;
  while (end > 1 && "*_.,:;!?)'\"".includes(url[end - 1]!)) end -= 1;
  return end;
}
