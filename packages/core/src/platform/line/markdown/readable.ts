import type { Token } from "markdown-it";
import { framed, isFrameTitle } from "../code-frame.ts";
import { inlineText } from "./inline-text.ts";
import { type Block, item, joined, type Margin, noMargin, placed, quoted } from "./layout.ts";
import { MAX_NESTING, parser } from "./parser.ts";
import { tableLines } from "./table.ts";
import { readableTex } from "./tex.ts";

/** Where a token stands. */
type Place = {
  margin: Margin;
  /** How many bulleted lists it is in. */
  bullets: number;
  /** The highest heading of the text, such as `h2`: models begin with any. */
  highest: string | undefined;
};

const MAX_BAR_LINES = 3;
/** No margin either, but what is quoted in it has a bar. */
const quotedInFrame: Margin = { ...noMargin };

/**
 * A model's Markdown as LINE shows it well. A text that would show nothing, and one that is nested deeper than the
 * parser reads, are shown as they stand: nothing is lost.
 */
export function readable(markdown: string): string {
  const tokens = parser.parse(markdown, {});
  if (tokens.some(({ level }) => level >= MAX_NESTING - 2)) return markdown;
  const headings = tokens.flatMap(({ type, tag }) => (type === "heading_open" ? tag : []));
  const place = { margin: noMargin, bullets: 0, highest: headings.sort()[0] };
  return joined(blocksIn(tokens, place)) || markdown;
}

function blocksIn(tokens: readonly Token[], place: Place): Block[] {
  return nodesIn(tokens).flatMap(({ token, inside }) => blocksOf(token, inside, place));
}

function blocksOf(token: Token, inside: readonly Token[], place: Place): Block[] {
  const { margin, highest } = place;
  switch (token.type) {
    case "blockquote_open":
      return quotation(token, inside, place);
    case "bullet_list_open":
      return itemsIn(inside, { ...place, bullets: place.bullets + 1 });
    case "ordered_list_open":
      return itemsIn(inside, place);
    case "paragraph_open":
      return shown("text", withTask(textIn(inside), margin));
    case "heading_open":
      return shown("heading", `${token.tag === highest ? "■" : "◆"} ${textIn(inside)}`);
    case "table_open":
      return shown("text", table(inside));
    case "fence":
      return shown("code", code(token));
    // Indented, most often by mistake: as it stands, but without a frame.
    case "code_block":
      return shown("text", token.content.trimEnd());
    case "formula":
      return shown("text", readableTex(token.content) || token.content);
    case "hr":
      return shown("rule", "────────");
    default:
      return [];
  }

  function shown(kind: Block["kind"], text: string): Block[] {
    return text === "" ? [] : [placed(kind, text, margin, token.map ?? [0, 0])];
  }
}

/** A line or two have a bar in front; more, such as the draft of a mail, a frame, so that they can be copied. */
function quotation(token: Token, inside: readonly Token[], place: Place): Block[] {
  const [from, to] = token.map ?? [0, 0];
  const isOutermost = place.margin === noMargin;
  if (isOutermost && to - from > MAX_BAR_LINES && !inside.some(({ type }) => type === "fence")) {
    const blocks = blocksIn(inside, { ...place, margin: quotedInFrame });
    return [placed("code", framed(joined(blocks)), noMargin, [from, to])];
  }
  return blocksIn(inside, { ...place, margin: quoted(place.margin) });
}

function itemsIn(tokens: readonly Token[], place: Place): Block[] {
  let previous: Token | undefined;
  let number = 0;
  return nodesIn(tokens).flatMap(({ token, inside }) => {
    // Numbers as they were written, unless each is the same as the one before.
    number = token.info === previous?.info ? number + 1 : Number(token.info);
    previous = token;
    const bullet = place.bullets > 1 ? "-" : "•";
    const margin = item(place.margin, token.info === "" ? bullet : `${number}${token.markup}`);
    const blocks = blocksIn(inside, { ...place, margin });
    const [line = 0] = token.map ?? [];
    return margin.isNew() ? [placed("text", "", margin, [line, line + 1]), ...blocks] : blocks;
  });
}

/** `[ ]` and `[x]` at the start of an item are its mark. */
function withTask(text: string, { isNew, setMark }: Margin): string {
  const [found, state] = /^\[([ xX])\]\s+/.exec(text) ?? [];
  if (found === undefined || !isNew()) return text;
  setMark(state === " " ? "⬜" : "✅");
  return text.slice(found.length);
}

/** With all that the model says about it, such as `ts title="a.ts"`. */
function code({ content, info }: Token): string {
  const title = info.trim();
  if (content.trim() === "" && title === "") return "";
  const lines = content.replace(/\n$/, "");
  if (/^(?:text|txt|plaintext|plain)?$/i.test(title)) return framed(lines);
  return isFrameTitle(title) ? framed(lines, title) : framed(`${title}\n${lines}`);
}

function table(tokens: readonly Token[]): string {
  const [header, ...rows] = nodesIn(tokens)
    .flatMap(({ inside }) => nodesIn(inside))
    .map(({ token, inside }) => ({
      cells: nodesIn(inside).map((cell) => textIn(cell.inside).replaceAll("\n", " / ")),
      isText: token.meta?.isText === true,
    }));
  return tableLines(header?.cells ?? [], rows);
}

function textIn(tokens: readonly Token[]): string {
  return inlineText(tokens.flatMap(({ children }) => children ?? [])).trim();
}

type Node = { token: Token; inside: readonly Token[] };

/** The outermost tokens, each with what stands between it and its end. */
function nodesIn(tokens: readonly Token[]): Node[] {
  const nodes: Node[] = [];
  let start = 0;
  let depth = 0;
  tokens.forEach((token, index) => {
    if (depth === 0) start = index;
    depth += token.nesting;
    if (depth === 0) nodes.push({ token: tokens[start]!, inside: tokens.slice(start + 1, index) });
  });
  return nodes;
}
